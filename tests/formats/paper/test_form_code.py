from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.formats.paper.form_code import KINDS, FormCode, parse_form_code
from serentak.formats.paper.handover import form_code
from serentak.kit.ids import check_character, printed
from serentak.territory.codes import CodeError

RUNS = st.from_regex(r"(out|back):[A-Za-z0-9][A-Za-z0-9._-]{0,20}:[1-9][0-9]{0,2}", fullmatch=True)
CODES = st.builds(
    FormCode, st.sampled_from(KINDS), st.from_regex(r"[0-9a-f]{12}", fullmatch=True), RUNS, st.integers(1, 500)
)
CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@given(CODES)
def test_what_a_scanner_reads_is_the_form_again(code):
    assert parse_form_code(str(code)) == code
    assert len(str(code)) <= 80


@given(CODES)
def test_the_id_is_forty_bits_of_the_hash_and_a_check_character(code):
    """Against another base 32: RFC 4648, its alphabet exchanged for Crockford's."""
    five = hashlib.sha256(str(code).encode()).digest()[:5]
    body = base64.b32encode(five).decode().translate(CROCKFORD)
    assert code.id == f"{code.kind}-{body[:4]}-{body[4:]}-{check_character(code.kind + body)}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        printed("14.01.06.2003-007-B"),
        "geo:0.30000,101.20000",
        "SF1:XX:50e50b86e489:out:KPU-14.01:3/2",
        "SF1:SJ:50E50B86E489:out:KPU-14.01:3/2",
        "SF1:SJ:50e50b86e48:out:KPU-14.01:3/2",
        "SF1:SJ:50e50b86e489:out:KPU-14.01:3/0",
        "SF2:SJ:50e50b86e489:out:KPU-14.01:3/2",
    ],
)
def test_other_codes_are_refused(text):
    with pytest.raises(CodeError):
        parse_form_code(text)


def test_every_form_of_a_plan_has_its_own_id_and_the_right_kind(source):
    forms = [(stage, stop, form_code(source, stage, run, number))
             for stage, run in source.runs() for number, stop in enumerate(run.stops, 1)]  # fmt: skip
    assert len({code.id for _stage, _stop, code in forms}) == len(forms)
    for stage, stop, code in forms:
        at_station = stop.at in source.stations
        assert code.kind == ("BA" if stage.direction == "back" else "TT" if at_station else "SJ")
        assert code.plan == source.sha
