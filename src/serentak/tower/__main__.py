"""Django's own commands, for developers: ``python -m serentak.tower makemigrations``."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serentak.tower.settings")
execute_from_command_line(sys.argv)
