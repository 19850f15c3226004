"""Whatever anyone changes in the public files of a log is found, and named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serentak.base.errors import InputError
from serentak.ledger.checkpoint import Checkpoint
from serentak.ledger.edge import RightEdge
from serentak.ledger.findings import Finding
from serentak.ledger.keys import new_key, read_key, sign_note
from serentak.ledger.note import COSIGNATURE, parse_note
from serentak.ledger.policy import Log, Policy, Witness
from serentak.ledger.read import read_policy
from serentak.ledger.source import FolderSource
from serentak.ledger.tiles import encode_bundle, parse_bundle, parse_tile_path, tiles_of
from serentak.ledger.tree import leaf_hash
from serentak.ledger.verify import verify_log
from serentak.ledger.write import LogWriter, init_log

ORIGIN = "example.org/log"
LOG = new_key(ORIGIN)
WITNESS = new_key("bawaslu.example/w", COSIGNATURE)
POLICY = Policy((Log(LOG.verifier),)).with_witness(Witness("bawaslu", WITNESS.verifier))
SIZE, SEEN = 600, 520
ENTRIES = [b"hand-over %d" % number for number in range(SIZE)]


def head_of(entries: list[bytes], *, cosign: bool = True) -> bytes:
    edge = RightEdge()
    for entry in entries:
        edge.append(leaf_hash(entry), entry)
    text = Checkpoint(ORIGIN, len(entries), edge.root()).text
    note = sign_note(text, [LOG])
    return bytes(note.signed_also([WITNESS.sign(text, 1_800_000_000)] if cosign else []))


def files_of(entries: list[bytes], *older: int) -> dict[str, bytes]:
    """All public files of a log, with the partial tiles of older sizes, as the writer leaves them."""
    edge = RightEdge()
    files = {}
    for number, entry in enumerate(entries, 1):
        files |= edge.append(leaf_hash(entry), entry)
        if number in (*older, len(entries)):
            files |= edge.partial_files()
    return files | {"checkpoint": head_of(entries), "policy": POLICY.text.encode()}


GOOD = files_of(ENTRIES, 100, 300, SEEN) | {"witness/bawaslu/checkpoint": head_of(ENTRIES[:SEEN])}


class Files:
    """A source of files in memory."""

    name = "memory"

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def read(self, path: str) -> bytes:
        from serentak.ledger.faults import NotThere

        if path not in self._files:
            raise NotThere(path)
        return self._files[path]

    def files(self):
        return iter(sorted(self._files))


def found(files: dict[str, bytes], policy: Policy = POLICY) -> set[str]:
    return {finding.code for finding in verify_log(Files(files), policy).findings}


def with_bundle(number: int, change) -> dict[str, bytes]:
    path = "tile/entries/002.p/88" if number == 2 else f"tile/entries/{number:03}"
    entries = parse_bundle(GOOD[path])
    change(entries)
    return GOOD | {path: encode_bundle(entries)}


def test_a_good_log_is_clean():
    seen = []
    report = verify_log(Files(GOOD), POLICY, lambda first, entries: seen.append((first, len(entries))))
    assert report.clean
    assert report.findings == ()
    assert (report.size, report.entries, report.quorum) == (SIZE, SIZE, True)
    assert (report.as_of, report.cosigned) == (1_800_000_000, {"bawaslu": 1_800_000_000})
    assert report.older_tiles == 7
    assert seen == [(0, 256), (256, 256), (512, 88)]


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(set(GOOD) - {"policy"})), st.data())
def test_any_single_changed_byte_is_found(path, data):
    whole = GOOD[path]
    place = data.draw(st.integers(0, len(whole) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    changed = whole[:place] + bytes([value]) + whole[place + 1 :]
    report = verify_log(Files(GOOD | {path: changed}), POLICY)
    assert report.findings, (path, place)
    assert not report.clean


@settings(max_examples=150)
@given(st.sampled_from(sorted(set(GOOD) - {"policy"})), st.data())
def test_any_cut_or_lengthened_file_is_found(path, data):
    whole = GOOD[path]
    if data.draw(st.booleans()):
        changed = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        changed = whole + data.draw(st.binary(min_size=1, max_size=40))
    assert not verify_log(Files(GOOD | {path: changed}), POLICY).clean


@pytest.mark.parametrize("path", sorted(set(GOOD) - {"policy", "checkpoint"}))
def test_any_missing_file_of_the_current_log_is_found(path):
    files = {name: data for name, data in GOOD.items() if name != path}
    needed = path.startswith("witness/") or parse_tile_path(path) in set(tiles_of(SIZE))
    assert (found(files) != set()) == needed


@settings(max_examples=100)
@given(st.integers(0, SIZE - 1))
def test_a_dropped_entry_is_named(index):
    number, place = divmod(index, 256)
    assert "entry-dropped" in found(with_bundle(number, lambda entries: entries.pop(place)))


@settings(max_examples=100)
@given(st.integers(0, SIZE - 1))
def test_a_repeated_entry_is_named(index):
    number, place = divmod(index, 256)
    assert "entry-repeated" in found(with_bundle(number, lambda entries: entries.insert(place, entries[place])))


@settings(max_examples=100)
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 1))
def test_an_entry_in_place_of_another_is_named_repeated(one, other, number):
    if one != other:
        files = with_bundle(number, lambda entries: entries.__setitem__(one, entries[other]))
        assert "entry-repeated" in found(files)


@settings(max_examples=100)
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 1))
def test_reordered_entries_are_named(one, other, number):
    def swap(entries):
        entries[one], entries[other] = entries[other], entries[one]

    if one != other:
        assert found(with_bundle(number, swap)) == {"entry-reordered"}


@settings(max_examples=50)
@given(st.integers(0, SIZE - 1))
def test_an_altered_entry_is_named_with_its_number(index):
    number, place = divmod(index, 256)
    report = verify_log(Files(with_bundle(number, lambda e: e.__setitem__(place, b"forged"))), POLICY)
    assert {finding.code for finding in report.findings} == {"entry-altered"}
    assert str(index) in report.findings[0].message


def test_an_entry_and_its_hash_altered_together_are_named():
    files = with_bundle(0, lambda entries: entries.__setitem__(7, b"forged"))
    tile = bytearray(files["tile/0/000"])
    tile[7 * 32 : 8 * 32] = leaf_hash(b"forged")
    codes = found(files | {"tile/0/000": bytes(tile)})
    assert {"root-mismatch", "entry-altered"} <= codes


@pytest.mark.parametrize("size", [0, 1, 100, 519])
def test_a_rollback_is_named(size):
    files = files_of(ENTRIES[:size]) | {"witness/bawaslu/checkpoint": head_of(ENTRIES[:SEEN])}
    assert found(files) == {"rollback"}
    only_head = GOOD | {"checkpoint": head_of(ENTRIES[:size])}
    assert "rollback" in found(only_head)


@pytest.mark.parametrize("index", [0, 255, 256, 519])
def test_a_fork_that_is_consistent_in_itself_is_named(index):
    entries = [*ENTRIES[:index], b"forged", *ENTRIES[index + 1 :]]
    forked = files_of(entries) | {"witness/bawaslu/checkpoint": head_of(ENTRIES[:SEEN])}
    assert found(forked) == {"fork"}


def test_a_fork_at_the_same_size_is_named():
    forked = files_of([*ENTRIES[: SIZE - 1], b"forged"]) | {"witness/bawaslu/checkpoint": head_of(ENTRIES)}
    assert found(forked) == {"fork"}


def test_an_older_tile_of_another_history_is_named_fork():
    other = files_of([b"forged", *ENTRIES[1:]], 100)
    for path in ("tile/0/000.p/100", "tile/entries/000.p/100"):
        assert found(GOOD | {path: other[path]}) == {"fork"}


def test_a_repeated_entry_in_a_signed_log_is_named():
    entries = [*ENTRIES[:50], ENTRIES[3]]
    files = files_of(entries) | {"witness/bawaslu/checkpoint": head_of(entries)}
    assert found(files) == {"entry-repeated"}


def test_files_beyond_the_checkpoint_are_not_signed_yet_but_must_continue_it():
    longer = files_of([*ENTRIES, *(b"more %d" % number for number in range(300))])
    ahead = {path: data for path, data in longer.items() if path.startswith("tile/")}
    report = verify_log(Files(GOOD | ahead), POLICY)
    assert report.clean
    assert report.unsigned > 0
    forked = files_of([*ENTRIES[:590], *(b"other %d" % number for number in range(300))])
    assert found(GOOD | {"tile/0/002": forked["tile/0/002"]}) == {"fork"}


def test_what_the_witness_did_not_sign_is_named():
    def view(data: bytes) -> set[str]:
        return found(GOOD | {"witness/bawaslu/checkpoint": data})

    assert view(head_of(ENTRIES[:SEEN], cosign=False)) == {"witness-unsigned"}
    assert view(b"nothing") == {"witness-unreadable"}
    assert found({k: v for k, v in GOOD.items() if not k.startswith("witness/")}) == {"witness-missing"}


def test_too_few_cosignatures_are_named():
    files = GOOD | {"checkpoint": head_of(ENTRIES, cosign=False)}
    report = verify_log(Files(files), POLICY)
    assert {finding.code for finding in report.findings} == {"quorum-not-met"}
    assert not report.quorum
    assert (report.as_of, report.cosigned) == (1_800_000_000, {})
    del files["witness/bawaslu/checkpoint"]
    assert verify_log(Files(files), POLICY).as_of is None


def test_another_key_is_named():
    stranger = new_key(ORIGIN)
    text = parse_note(GOOD["checkpoint"]).text
    codes = found(GOOD | {"checkpoint": bytes(sign_note(text, [stranger]))})
    assert codes == {"checkpoint-unsigned", "signature-unknown"}


def test_a_signature_by_nobody_known_is_only_a_warning():
    note = parse_note(GOOD["checkpoint"])
    more = note.signed_also([new_key("x.example").sign(note.text)])
    report = verify_log(Files(GOOD | {"checkpoint": bytes(more)}), POLICY)
    assert report.clean
    assert [finding.code for finding in report.findings] == ["signature-unknown"]


def test_a_stray_file_is_only_a_warning():
    report = verify_log(Files(GOOD | {"tile/notes.txt": b""}), POLICY)
    assert report.clean
    assert report.findings[0].as_dict()["severity"] == "warning"
    assert str(report.findings[0]).startswith("tile-stray: tile/notes.txt")


def test_a_log_that_is_wrong_everywhere_lists_only_the_first_findings():
    files = GOOD | {f"tile/{number}": b"" for number in range(300)}
    report = verify_log(Files(files), POLICY)
    assert (len(report.findings), report.more_findings) == (200, 100)
    assert all(isinstance(finding, Finding) for finding in report.findings)


def test_a_claimed_size_without_files_ends_the_search():
    text = Checkpoint(ORIGIN, 1 << 62, leaf_hash(b"x")).text
    report = verify_log(Files(GOOD | {"checkpoint": bytes(sign_note(text, [LOG]))}), POLICY)
    assert {"bundle-missing", "quorum-not-met"} <= {finding.code for finding in report.findings}
    assert report.more_findings == 0


def test_no_checkpoint_is_no_log():
    with pytest.raises(InputError):
        verify_log(Files({}), POLICY)


def test_a_log_of_65600_entries_with_three_levels():
    files = files_of([b"%d" % number for number in range(65_600)])
    policy = Policy((Log(LOG.verifier),))
    report = verify_log(Files(files), policy)
    assert [finding.code for finding in report.findings] == ["signature-unknown"]
    for path in ("tile/1/000", "tile/1/001.p/0", "tile/2/000.p/1"):
        if path in files:
            changed = bytearray(files[path])
            changed[40 % len(changed)] ^= 1
            assert not verify_log(Files(files | {path: bytes(changed)}), policy).clean


def test_the_folder_of_a_real_log_is_checked_the_same_way(tmp_path):
    folder = tmp_path / "log"
    init_log(folder, ORIGIN)
    with LogWriter(folder) as writer:
        for start in (0, 100, 200):
            for future in [writer.submit(entry) for entry in ENTRIES[start : start + 100]]:
                future.result()
            writer.publish()
    source = FolderSource(folder)
    report = verify_log(source, read_policy(source))
    assert report.clean
    assert report.older_tiles == 4
    mirror = tmp_path / "mirror"
    shutil.copytree(folder / "public", mirror)
    assert verify_log(FolderSource(mirror), read_policy(source)).root == report.root
    key = read_key(folder / "private/log.key")
    fork = Checkpoint(ORIGIN, 300, leaf_hash(b"other")).text
    Path(mirror / "checkpoint").write_bytes(bytes(sign_note(fork, [key])))
    codes = {finding.code for finding in verify_log(FolderSource(mirror), read_policy(source)).findings}
    assert "root-mismatch" in codes
