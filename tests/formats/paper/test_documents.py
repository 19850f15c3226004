"""Every kind of document, read back from the page as whoever holds it would."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from papers import Paper, long_source, paper, source_of

from serentak.base.messages import _
from serentak.formats.paper.form_code import parse_form_code
from serentak.formats.paper.handover import handovers
from serentak.formats.paper.label import labels
from serentak.formats.paper.loading import loading_lists
from serentak.formats.paper.manifest import manifests
from serentak.formats.paper.packing import packing_lists
from serentak.formats.paper.run_sheet import run_sheets
from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import typeset, write_sheets
from serentak.formats.paper.vehicles import Crew
from serentak.kit.ids import parse_box_id, printed
from serentak.plan.explain import Explainer

KINDS = {
    "run-sheet": (run_sheets, "pikap-1"),
    "label": (labels, "PPK-CONTOH"),
    "handover": (handovers, "pikap-1"),
    "loading": (loading_lists, "pikap-1"),
    "manifest": (manifests, "PPK-CONTOH"),
    "packing": (packing_lists, "PPK-CONTOH"),
}


@cache
def small_paper(kind: str) -> Paper:
    lay_out, name = KINDS[kind]
    return paper(lay_out(source_of("kecil")), name)


def codes_in(data: object) -> set[str]:
    """Give the printed ids of boxes and bundles anywhere in the data of a sheet."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list | tuple):
        return set().union(*map(codes_in, data))
    return {data} if isinstance(data, str) and re.fullmatch(r"[0-9.]+-[0-9R]+-[A-Z]-[0-9A-Z]", data) else set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_on_the_page_is_read_back(kind):
    """By another program than the one that drew it, from a picture of the page."""
    document = small_paper(kind)
    twice = 2 if kind == "handover" else 1
    read = document.all_codes()
    assert set(read) == set(document.sheet.codes)
    assert len(read) <= twice * len(document.sheet.codes) or kind == "run-sheet"


@pytest.mark.parametrize("kind", KINDS)
def test_every_id_stands_on_the_page_unbroken(kind):
    document = small_paper(kind)
    text = document.text()
    ids = codes_in(document.sheet.data)
    assert ids or kind == "manifest"
    for code in ids:
        assert code in text
        parse_box_id(code)  # refuses a wrong check character


@pytest.mark.parametrize("kind", KINDS)
def test_documents_are_accessible_and_made_for_archives(kind):
    data = small_paper(kind).data
    assert b"<pdfuaid:part>1</pdfuaid:part>" in data
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in data
    assert b"/StructTreeRoot" in data
    assert b"/Lang" in data


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_says_which_plan_it_is_of(kind):
    document, source = small_paper(kind), source_of("kecil")
    for page in range(len(document)):
        text = document.text(page)
        assert source.sha in text
        assert "benih 1" in text
        assert re.search(r"halaman \d+ dari \d+", text)
        assert "Rekaan" in text or kind == "label"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_plan_gives_the_same_bytes(kind):
    lay_out, name = KINDS[kind]
    fresh = Source(**{field: getattr(source_of("kecil"), field) for field in Source.__dataclass_fields__})
    again = next(sheet for sheet in lay_out(fresh) if sheet.path.endswith(f"/{name}.pdf"))
    assert typeset(again) == small_paper(kind).data


@pytest.mark.parametrize("kind", KINDS)
def test_documents_are_complete_in_english(kind, english):
    lay_out, name = KINDS[kind]
    document = paper(lay_out(source_of("kecil")), name)
    text = document.text()
    assert re.search(r"page \d+ of \d+", text)
    for word in ("halaman", "kotak", "Kendaraan", "berangkat", "TIDAK"):
        assert word not in text


@pytest.mark.parametrize("kind", KINDS)
def test_long_names_and_forty_stops_stay_inside_the_page(kind):
    lay_out, _name = KINDS[kind]
    left, right = (4.6, 205.4) if kind == "label" else (14, 196)
    sheet = lay_out(long_source())[-1]
    if kind == "handover":
        sheet = replace(sheet, data={**sheet.data, "forms": sheet.data["forms"][:8]})
    document = Paper(sheet)
    assert document.overflowing(left, right, pages=12) == []
    text = document.text()
    assert all(code in text for code in codes_in(sheet.data))


def test_a_sign_that_no_font_has_becomes_a_square():
    source = source_of("kecil")
    stations = tuple(replace(station, desa_name="Desa ꦗꦮ") for station in source.district.stations)
    sheet = labels(replace(source, district=replace(source.district, stations=stations)))[0]
    document = Paper(sheet)
    assert "Desa □□" in document.text(0)
    assert all(code in document.text() for code in sheet.codes)


def test_processes_do_not_change_the_files(tmp_path, small):
    sheets = [*manifests(small), *loading_lists(small)]
    for jobs in (1, 2):
        written = write_sheets(sheets, tmp_path / str(jobs), jobs)
        assert [path.as_posix() for path in written] == [sheet.path for sheet in sheets]
    for sheet in sheets:
        assert (tmp_path / "1" / sheet.path).read_bytes() == (tmp_path / "2" / sheet.path).read_bytes()


# Run-sheets


def test_a_run_sheet_shows_its_stops_in_order_with_their_times(source):
    for sheet in run_sheets(source):
        runs = {run.id: run for _stage, run in source.runs()}
        for laid in sheet.data["runs"]:
            run = runs[laid["id"]]
            assert [stop["n"] for stop in laid["stops"]] == list(range(1, len(run.stops) + 1))
            assert [stop["boxes"] for stop in laid["stops"]] == [stop.boxes for stop in run.stops]
            assert [stop["after"] for stop in laid["stops"]] == [stop.load_after for stop in run.stops]
            for shown, stop in zip(laid["stops"], run.stops, strict=True):
                hours, minutes = map(int, shown["arrive"].split(":"))
                assert (hours * 60 + minutes) * 60 == stop.arrive % 86_400 // 60 * 60
                assert shown["name"] == source.name(stop.at)


def test_boxes_on_run_sheets_labels_and_in_kits_are_the_same(source):
    """What last-mile run-sheets hand over, what labels were printed for, and what the kits hold."""
    handed = {
        code
        for sheet in run_sheets(source)
        for run in sheet.data["runs"]
        if run["id"].startswith("out:")
        for stop in run["stops"]
        for group in stop["groups"]
        for code in group["ids"]
    }
    labelled = [code for sheet in labels(source) for code in sheet.codes]
    totals = source.kits.totals()
    lost = {unserved.station for unserved in source.plan.unserved if unserved.direction == "out"}
    missing = {
        printed(code)
        for kit in source.kits.stations.values()
        for code in (*kit.boxes, kit.bundle)
        if kit.station in lost
    }
    assert len(labelled) == len(set(labelled)) == totals["boxes"] + totals["bundles"]
    assert handed | missing == set(labelled)


def test_a_geo_code_names_latitude_before_longitude(small):
    document = small_paper("run-sheet")
    first = document.sheet.data["runs"][0]["stops"][0]
    jetty = small.places["DERMAGA-CONTOH"]
    assert first["geo"] == f"geo:{jetty.lat:.5f},{jetty.lon:.5f}" == "geo:0.17000,101.44000"


def test_how_late_a_run_may_be_is_what_explain_says(source, english):
    explainer = Explainer(source.plan, source.district, source.kits, source.rules, source.travel)
    for sheet in run_sheets(source):
        for run in sheet.data["runs"]:
            shown = re.search(r"can be (?:(\d+) h )?(\d+) min late", " ".join(run["late"]))
            said = re.search(r"(-?\d+) minutes of delay", " ".join(explainer.explain(run["id"]).lines))
            assert int(shown[1] or 0) * 60 + int(shown[2]) == int(said[1])


def test_plates_and_drivers_are_printed_and_missing_ones_leave_a_line(small):
    crews = {"pikap#1": (Crew("BM 1234 XY", "Budi Santoso", "0812 3456 7890"),)}
    with_crew = paper(run_sheets(replace(small, crews=crews)), "pikap-1").text(0)
    assert "BM 1234 XY" in with_crew
    assert "Budi Santoso 0812 3456 7890" in with_crew
    assert "Budi" not in paper(run_sheets(small), "pikap-1").text(0)


def test_nights_and_police_borders_are_printed():
    nights = [
        stop["night"]
        for sheet in run_sheets(source_of("besar"))
        for run in sheet.data["runs"]
        for stop in run["stops"]
        if stop["night"]
    ]
    assert nights
    assert all(night.startswith("BERMALAM") for night in nights)
    trunk = next(sheet for sheet in run_sheets(long_source()) if "truk" in sheet.path)
    border = trunk.data["runs"][0]["stops"][0]["border"]
    assert "Polres Alfa" in border
    assert "Polres Bravo" in border
    assert "BATAS WILAYAH" in Paper(trunk).text(0)


def test_a_way_is_said_by_its_roads_where_the_network_names_them(small):
    from serentak.formats.paper.run_sheet import way_in_words
    from serentak.travel import Point, Way

    start, end = Point("a", 101.0, 0.0), Point("b", 101.0, 0.1)
    named = Way(((101.0, 0.0), (101.0, 0.1)), (("Jalan Lintas", 9500), ("", 604), ("Jalan Desa", 44), ("Gang", 3)))
    assert way_in_words(named, start, end, "truck") == (
        "Jalan Lintas (9,5\xa0km) → jalan tanpa nama (600\xa0m) → Jalan Desa (40\xa0m) → Gang (10\xa0m)"
    )
    river = Way(((101.0, 0.0), (101.0, 0.1)), (("Sungai Kampar", 9996), ("", 996)))
    assert way_in_words(river, start, end, "boat") == "Sungai Kampar (10,0\xa0km) → perairan tanpa nama (1,0\xa0km)"
    assert way_in_words(None, start, end, "truck") == "11,1 km ke arah utara dalam garis lurus; jalan tidak diketahui"
    assert way_in_words(None, start, Point("c", 101.0, 0.0001), "truck") == "di tempat yang sama"


# Labels


def test_a_label_has_a_code_of_at_least_25_mm_and_all_that_people_read():
    document = small_paper("label")
    scale = 3
    for code in document.codes(0, scale):
        corners = code.position
        width = abs(corners.top_right.x - corners.top_left.x) / scale / 72 * 25.4
        assert width >= 25
        assert code.text in document.text(0)
    text = document.text(0)
    for words in ("GUBERNUR", "BUPATI", "surat suara merah tua", "surat suara biru muda", "TPS 001", "Contoh Hilir"):
        assert words in text
    assert "KOTAK REKAPITULASI" in text


def test_labels_stand_on_the_grid_of_the_sticker_sheet():
    """2 x 4 of 99.1 x 67.7 mm, 4.65 mm from the left, 13.1 mm from the top, columns 2.5 mm apart."""
    scale = 3
    document = small_paper("label")
    centres = [(code.position.top_left.x, code.position.top_left.y) for code in document.codes(0, scale)]
    for x, y in centres:
        column = round((x / scale / 72 * 25.4 - 4.65) // 101.6)
        row = round((y / scale / 72 * 25.4 - 13.1) // 67.7)
        assert column in {0, 1}
        assert row in {0, 1, 2, 3}
    assert len(centres) == 8


# Hand-over forms


def test_a_form_says_which_form_it_is_and_has_two_copies_for_a_station(small):
    document = small_paper("handover")
    seen = set()
    for page in range(len(document)):
        read = [code.text for code in document.codes(page)]
        for text in read:
            code = parse_form_code(text)
            assert code.plan == small.sha
            assert document.text(page).count(code.id) >= len(read)
            seen.add((code.kind, len(read)))
    assert seen == {("SJ", 1), ("TT", 2), ("BA", 2), ("BA", 1)}


def test_forms_list_every_box_of_the_load_with_givers_receivers_and_supervisors(source):
    for sheet in handovers(source):
        for form in sheet.data["forms"]:
            code = parse_form_code(form["code"])
            load = source.loads[code.run, code.stop]
            assert codes_in([form["items"], form["groups"]]) == {printed(each) for each in (*load.boxes, *load.bundles)}
            assert len(form["parties"]) >= 3


# Loading lists


def test_what_is_delivered_last_is_loaded_first(source):
    runs = {run.id: run for _stage, run in source.runs()}
    for sheet in loading_lists(source):
        for laid in sheet.data["lists"]:
            assert laid["id"].startswith("out:")
            assert [stop["stop"] for stop in laid["stops"]] == list(range(len(runs[laid["id"]].stops), 0, -1))
            assert [stop["order"] for stop in laid["stops"]] == list(range(1, len(laid["stops"]) + 1))


# Manifests


def test_what_stays_at_a_place_is_what_came_less_what_left(source):
    for sheet in manifests(source):
        for part in sheet.data["parts"]:
            begin, arrive, leave, stay = map(int, re.findall(r"\d+", part["balance"]))
            assert begin + arrive - leave == stay >= 0
            for table in part["tables"]:
                assert table["boxes"] == sum(row["boxes"] for row in table["rows"])
    warehouse = next(place.id for place in source.district.places if place.kind == "warehouse")
    final = next(sheet for sheet in manifests(source) if sheet.data["id"] == warehouse).data["parts"][1]
    kept = int(re.findall(r"\d+", final["balance"])[3])
    lost = {unserved.station for unserved in source.plan.unserved}
    if not lost:
        assert kept == source.kits.totals()["boxes"]


# Packing lists


def test_a_packing_list_adds_up_to_the_kits(small):
    needed: dict[str, int] = {}
    for sheet in packing_lists(small):
        for page in sheet.data["stations"]:
            for group in page["groups"]:
                for row in group["rows"]:
                    name = re.sub(r":.*| \*$", "", row["item"])
                    needed[name] = needed.get(name, 0) + int(row["need"].replace(".", ""))
    totals = small.kits.totals()
    assert needed["Surat suara, merah tua"] == totals["ballots_G"]
    assert needed["Surat suara, biru muda"] == totals["ballots_B"]
    expected = {
        "Botol tinta": "ink", "Bilik suara": "booths", "Kabel ties (pengikat plastik)": "ties",
        "Segel stiker, termasuk yang pada kotak": "seals", "Formulir C.Hasil (plano)": "c_hasil",
        _("Posters of the candidates"): "candidate_posters",
    }  # fmt: skip
    assert {name: needed[name] for name in expected} == {name: totals[item] for name, item in expected.items()}


def test_assumed_figures_are_marked(small):
    text = paper(packing_lists(small), "PPK-CONTOH").text(0)
    assert "Alat bantu tunanetra (templat braille) *" in text
    assert "Botol tinta *" not in text
    assert "512 pemilih + 13 cadangan" in text
