"""The follower as a process: ``python -m bench._tower_follow``, until it is told to end."""

from __future__ import annotations

import os
import signal
import threading


def main() -> None:
    """Follow."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serentak.tower.settings")
    import django

    django.setup()
    from serentak.tower.boxes.follow import follow_forever

    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_args: stop.set())
    follow_forever(stop)


if __name__ == "__main__":
    main()
