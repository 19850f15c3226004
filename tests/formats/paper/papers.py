"""What the tests of paper share: sources, documents of them, and reading back what stands on a page."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pypdfium2
import zxingcpp

from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import Sheet, typeset
from serentak.plan.model import decode
from serentak.routing.district import plan_district
from serentak.travel import CrowFlight
from support import besar, district, fleet, guards, kecil, kits_of, place, rules_of, station

PLANS = Path(__file__).parents[2] / "plan" / "plans"
LONG = "Persiapan Transmigrasi Sungai Batang Kampar Hulu Sejahtera Makmur Bersatu"
VENUES = (
    "",
    "SD Negeri 014 Persiapan, Jl. Jenderal Besar Soedirman Km 142 Gang Mesjid Raya RT 003 RW 012 (belakang kantor)",
    "Balai desa",
    "X" * 120,
)


@cache
def source_of(name: str) -> Source:
    where = {"kecil": kecil, "besar": besar}[name]()
    plan = decode((PLANS / f"{name}.json").read_bytes(), name)
    return Source(plan, where, kits_of(where), rules_of(where), CrowFlight(where.terrain))


@cache
def long_source() -> Source:
    """Forty stops on a run, names and addresses as long as they come, and a border between police districts."""
    warehouse = replace(
        place("KPU-14.01", "warehouse", "", 101.0, 0.3), name=f"Gudang KPU {LONG}", police_district="Polres Alfa"
    )
    hub = replace(
        place("PPK-14.01.01", "ppk", "KPU-14.01", 101.2, 0.3), name=f"PPK {LONG}", police_district="Polres Bravo"
    )
    stations = [
        replace(
            station(f"14.01.01.{2001 + n // 10}", n % 10 + 1, 101.2 + n % 7 / 100, 0.3 + n // 7 / 100, hub.id),
            desa_name=LONG if n % 3 else "Aur",
            kecamatan_name=LONG,
            venue=VENUES[n % 4],
        )
        for n in range(40)
    ]
    vehicles = [fleet("truk-kontainer-besar", warehouse.id, "truck", 1, 150), fleet("pikap", hub.id, "pickup", 1, 100)]
    where = district([warehouse, hub], stations, vehicles, [guards("polri", warehouse.id, 1)])
    out = {name: replace(tier, hours=(5 * 3600, 23 * 3600)) for name, tier in where.out.items()}
    where = replace(where, name=f"Kabupaten {LONG}", out=out)
    travel = CrowFlight(where.terrain)
    plan = plan_district(where, "draft", 1, travel=travel)
    return Source(plan, where, kits_of(where), rules_of(where), travel)


class Paper:
    """A document as whoever holds it sees it."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.data = typeset(sheet)
        self.pdf = pypdfium2.PdfDocument(self.data)

    def __len__(self) -> int:
        return len(self.pdf)

    def text(self, page: int | None = None) -> str:
        pages = range(len(self)) if page is None else [page]
        return "\n".join(self.pdf[number].get_textpage().get_text_bounded() for number in pages)

    def codes(self, page: int, scale: float = 2.5) -> list:
        image = self.pdf[page].render(scale=scale).to_pil()
        return zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)

    def all_codes(self) -> list[str]:
        return [code.text for page in range(len(self)) for code in self.codes(page)]

    def overflowing(self, left: float, right: float, pages: int) -> list[str]:
        """Give the characters on the first pages outside two vertical lines, in millimetres from the left."""
        found = []
        for page in range(min(pages, len(self))):
            text = self.pdf[page].get_textpage()
            for n in range(text.count_chars()):
                box = text.get_charbox(n)
                if box[2] > box[0] and (box[0] < left * 72 / 25.4 - 1 or box[2] > right * 72 / 25.4 + 1):
                    found.append(text.get_text_range(n, 1))
        return found


def paper(sheets: list[Sheet], name: str) -> Paper:
    """Typeset the sheet whose file is called that."""
    return Paper(next(sheet for sheet in sheets if sheet.path.endswith(f"/{name}.pdf")))
