"""One file proves what a log says of one box; whatever byte of it is changed, it is found."""

from __future__ import annotations

import base64
import json
import re
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serentak.base.errors import InputError, SerentakError
from serentak.custody.query import box
from serentak.custody.rules import CustodyRules
from serentak.ledger.faults import Unproven
from serentak.operations.custody_log import read_genesis, try_entry
from serentak.operations.custody_state import read_moment, read_state, whereabouts
from serentak.operations.custody_verify import describe, verify_any
from serentak.operations.evidence import check_bundle, make_bundle
from serentak.operations.verify import verify


@pytest.fixture(scope="session")
def bundle(swapped, tmp_path_factory):
    """Give a file of evidence about a swapped box, and its bytes."""
    log, stations = swapped
    file = tmp_path_factory.mktemp("bundle") / "evidence.json"
    file.write_bytes(make_bundle(log, f"{stations[0]}-G"))
    return file


def test_a_bundle_says_of_its_box_what_the_whole_log_says(swapped, tmp_path):
    log, stations = swapped
    rules = CustodyRules()
    whole = verify(log, rules=[rules])
    for station in (*stations, "14.01.08.2001-001", "14.01.08.2002-003", "14.01.08-R"):
        for letter in "BGK" if not station.endswith("R") else "BG":
            name = f"{station}-{letter}"
            (tmp_path / "b.json").write_bytes(make_bundle(log, name))
            result = check_bundle(tmp_path / "b.json")
            assert result["boxes"] == [box(rules.state, name).as_dict()]
            expected = {each["code"] for each in whole["entry_findings"] if name in each["objects"]}
            assert {each["code"] for each in result["entry_findings"]} == expected
            assert result["clean"] == (not expected)


def test_the_page_about_the_format_names_every_key(bundle, root):
    made = json.loads(bundle.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0])
    page = (root / "docs/evidence-format.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \| ", page.partition("## Check")[0], re.MULTILINE) == list(made)
    assert all(f'"{key}"' in page for each in made["entries"] for key in each)


def test_a_bundle_holds_no_more_than_it_needs(played):
    made = json.loads(make_bundle(played, "14.01.08.2001-001-B").rpartition(b"\n")[0].rpartition(b"\n")[0])
    others = {"14.01.08.2002-003", "14.01.08.2003-001"}
    events = [try_entry(base64.b64decode(each["entry"])).event for each in made["entries"]]
    assert not [each for each in events if each.unit in others or each.receiver in others]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_byte_is_found(bundle, tmp_path, data):
    good = bundle.read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    changed = bytearray(good)
    changed[at] ^= data.draw(st.integers(1, 255))
    (tmp_path / "changed.json").write_bytes(changed)
    with pytest.raises(SerentakError):
        check_bundle(tmp_path / "changed.json")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_forger_who_mends_the_sum_is_found_by_the_signatures(bundle, tmp_path, data):
    made = json.loads(bundle.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0])
    chosen = data.draw(st.sampled_from(made["entries"]))
    field = data.draw(st.sampled_from(["entry", "path"]))
    raw = bytearray(base64.b64decode(chosen[field]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    chosen[field] = base64.b64encode(raw).decode()
    (tmp_path / "forged.json").write_bytes(summed(made))
    with pytest.raises(SerentakError):
        check_bundle(tmp_path / "forged.json")


def summed(made):
    body = json.dumps(made, ensure_ascii=True, indent=0, separators=(",", ":")).encode() + b"\n"
    return body + sha256(body).hexdigest().encode() + b"\n"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["\ud800", "\udc80", "AAAA"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["index", "entry", "path"]), inner),
    max_leaves=8,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["format", "box", "policy", "checkpoint", "entries"]), JSON)
def test_whatever_stands_in_a_bundle_is_refused_in_words(bundle, tmp_path, key, value):
    made = json.loads(bundle.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0])
    (tmp_path / "odd.json").write_bytes(summed(made | {key: value}))
    with pytest.raises(SerentakError):
        check_bundle(tmp_path / "odd.json")


def test_another_checkpoint_or_policy_proves_nothing(bundle, swapped, played, tmp_path):
    made = json.loads(bundle.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0])
    assert summed(made) == bundle.read_bytes()
    other = (Path(played) / "public/checkpoint").read_text()
    (tmp_path / "a.json").write_bytes(summed(made | {"checkpoint": other}))
    with pytest.raises(SerentakError):
        check_bundle(tmp_path / "a.json")
    with pytest.raises(SerentakError):
        check_bundle(bundle, Path(played) / "public/policy")
    trusted = check_bundle(bundle, Path(swapped[0]) / "public/policy")
    assert trusted["policy"].endswith("policy")
    (tmp_path / "b.json").write_bytes(summed(made | {"entries": made["entries"][1:]}))
    with pytest.raises(SerentakError):
        check_bundle(tmp_path / "b.json")
    for nonsense in ([], [{"index": "0", "entry": "", "path": ""}], [1], [{"index": 0}]):
        (tmp_path / "c.json").write_bytes(summed(made | {"entries": nonsense}))
        with pytest.raises(SerentakError):
            check_bundle(tmp_path / "c.json")


def test_too_few_witnesses_prove_nothing(bundle, tmp_path):
    made = json.loads(bundle.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0])
    lines = made["checkpoint"].splitlines(keepends=True)
    alone = "".join(lines[:-1])
    (tmp_path / "alone.json").write_bytes(summed(made | {"checkpoint": alone}))
    with pytest.raises(Unproven):
        check_bundle(tmp_path / "alone.json")


def test_the_words_say_what_a_bundle_cannot_prove(bundle, english):
    said = "\n".join(describe(verify_any(str(bundle))))
    assert "nothing in it is real" in said
    assert "not that nothing else is" in said
    assert "bundle's own" in said
    with pytest.raises(InputError, match="--box"):
        verify_any(str(bundle), box="14.01.08.2001-001-B")


def test_what_the_log_has_never_heard_of_is_refused(played, bundle):
    for name in ("14.01.08.2001-099-B", "14.01.08.2001-001-X", "box"):
        with pytest.raises(InputError):
            make_bundle(played, name)
    with pytest.raises(InputError):
        whereabouts(played, "NOWHERE")
    assert whereabouts(played, "GUDANG")["objects"]
    assert whereabouts(played, "truk#1")["objects"] == []


def test_moments_are_read_in_local_time(played):
    genesis = read_genesis(played)
    assert read_moment("H-1 23:59", genesis) == read_moment("2024-11-26 23:59", genesis)
    assert read_moment("H 00:00", genesis) == read_moment("2024-11-26T17:00:00+00:00", None)
    for text, known in (("yesterday", genesis), ("2024-11-26 23:59", None), ("H-1 23:59", None), ("", genesis)):
        with pytest.raises(InputError, match="--at"):
            read_moment(text, known)


def test_a_state_is_read_without_the_private_part(played, tmp_path):
    shutil.copytree(Path(played) / "public", tmp_path / "public")
    assert read_state(str(tmp_path / "public")).entries == read_state(played).entries
