from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.base.messages import set_language
from serentak.territory import codes

PART = st.integers(1, 99).map(lambda n: f"{n:02d}")
VILLAGE = st.tuples(PART, PART, PART, st.integers(1, 9999).map(lambda n: f"{n:04d}")).map(".".join)


@pytest.fixture(autouse=True)
def _english():
    set_language("en")
    yield
    set_language("id")


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (codes.parse_province, "14", "14"),
        (codes.parse_kabupaten, "1401", "14.01"),
        (codes.parse_kabupaten, " 14.01 ", "14.01"),
        (codes.parse_kecamatan, "140106", "14.01.06"),
        (codes.parse_village, "1401062003", "14.01.06.2003"),
        (codes.parse_village, "14.01.06.2003", "14.01.06.2003"),
    ],
)
def test_reads_dotted_and_plain(read, text, code):
    assert read(text) == code


@given(VILLAGE)
def test_every_village_code_survives_both_forms(code):
    assert codes.parse_village(code) == code
    assert codes.parse_village(code.replace(".", "")) == code
    assert codes.level(code) == codes.level(code.replace(".", "")) == "village"
    kecamatan = codes.parent(code)
    assert codes.parse_kecamatan(kecamatan) == kecamatan
    assert codes.parent(kecamatan) == code[:5]
    assert codes.parent(codes.parent(kecamatan)) == code[:2]


@given(VILLAGE, st.integers(1, 999))
def test_station_ids_survive(village, number):
    text = codes.station_id(village, number)
    assert codes.parse_station(text) == (village, number)
    assert text == f"{village}-{number:03d}"


@given(VILLAGE, st.integers(0, 3), st.data())
def test_a_part_of_the_wrong_width_is_refused_and_never_repaired(village, index, data):
    parts = village.split(".")
    keep = data.draw(st.integers(0, len(parts[index]) - 1))
    parts[index] = parts[index][:keep]
    with pytest.raises(codes.CodeError):
        codes.parse_village(".".join(parts))


@pytest.mark.parametrize(
    ("read", "text", "likely"),
    [
        (codes.parse_kabupaten, "14.1", "14.10 or 14.01"),
        (codes.parse_kecamatan, "14.1.06", "14.01.06"),
        (codes.parse_kecamatan, "14.01.6", "14.01.60 or 14.01.06"),
        (codes.parse_village, "14.1.06.2003", "14.01.06.2003"),
        (codes.parse_village, "14.01.06.203", "14.01.06.2030 or 14.01.06.0203"),
        (codes.parse_village, "014.01.06.2003", "14.01.06.2003"),
        (codes.parse_village, "1401062003.0", "14.01.06.2003"),
    ],
)
def test_the_likely_code_is_named(read, text, likely):
    with pytest.raises(codes.CodeError) as refusal:
        read(text)
    assert likely in refusal.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "14",
        "14.01.06",
        "14.01.06.2003.1",
        "140106203",
        "14010620031",
        "1.401062003E9",
        "14,01,06,2003",
        "14.01.06.200A",
        "14.01.06.٢٠٠٣",
        "14.00.06.2003",
        "0000000000",
        "-1401062003",
        "14..06.2003",
        "desa",
    ],
)
def test_what_is_no_village_code_is_refused_with_a_remedy(text):
    with pytest.raises(codes.CodeError) as refusal:
        codes.parse_village(text)
    assert refusal.value.message
    assert refusal.value.remedy


@given(st.text(max_size=20))
def test_any_text_gives_a_code_or_a_code_error(text):
    for read in (codes.parse_kabupaten, codes.parse_village, codes.parse_station, codes.level, codes.parent):
        with contextlib.suppress(codes.CodeError):
            read(text)


@pytest.mark.parametrize(
    "text",
    [
        "14.01.06.2003",
        "14.01.06.2003-",
        "14.01.06.2003-1000",
        "14.01.06.2003-000",
        "14.01.06.2003-00A",
        "14.01.06-001",
    ],
)
def test_what_is_no_station_is_refused(text):
    with pytest.raises(codes.CodeError):
        codes.parse_station(text)


def test_a_province_has_no_parent():
    with pytest.raises(codes.CodeError):
        codes.parent("14")


def test_levels():
    assert [codes.level(code) for code in ("14", "14.01", "14.01.06", "14.01.06.2003")] == list(codes.LEVELS)
