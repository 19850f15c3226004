"""What a web server calls; it does not start while any route has no access rule."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serentak.tower.settings")
application = get_wsgi_application()

# The routes can be read only once the applications above are ready.
from serentak.tower.access.guard import refuse_unguarded  # noqa: E402

refuse_unguarded()
