"""Whether the front end's parts are installed: ``make install`` brings them where npm is; the site works without."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import serentak.tower.site

FOLDER: Final = Path(serentak.tower.site.__file__).parent / "static" / "vendor"
FILES: Final = (
    "maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl-shared.mjs", "maplibre-gl.css", "land.geojson",
)  # fmt: skip
"""What the map needs, beside one another; `scripts/vendor.mjs` copies them."""


@cache
def is_here() -> bool:
    """Tell whether the map can be shown."""
    return all((FOLDER / name).is_file() for name in FILES)
