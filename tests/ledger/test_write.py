from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest

from serentak.base.errors import Broken, InputError, Refused
from serentak.ledger.durable import Calls
from serentak.ledger.fsck import check_store
from serentak.ledger.note import parse_note, verify_note
from serentak.ledger.policy import parse_policy
from serentak.ledger.read import read_checkpoint, read_policy
from serentak.ledger.receipt import Receipt, parse_receipt
from serentak.ledger.sequencer import NotAdmitted, Stopped
from serentak.ledger.source import FolderSource
from serentak.ledger.store import Head, Leaf, Store
from serentak.ledger.tree import EMPTY_ROOT, leaf_hash, tree_root
from serentak.ledger.verify import verify_log
from serentak.ledger.write import KEY, PRIVATE, STORE, LogWriter, init_log

ORIGIN = "example.org/log"


def verified(folder):
    source = FolderSource(folder)
    report = verify_log(source, read_policy(source))
    assert report.clean, report.findings
    return report


def test_an_entry_is_stored_when_its_receipt_is_there(make_log):
    folder = make_log()
    with LogWriter(folder) as writer:
        receipt = writer.append(b"first")
        assert Store(folder / PRIVATE / STORE).find(leaf_hash(b"first")) == (0, receipt.time)
        assert writer.publish()
        assert not writer.publish()
        assert writer.size == 1
    assert verified(folder).root == leaf_hash(b"first")


def test_the_same_bytes_twice_give_the_same_receipt(make_log):
    folder = make_log()
    with LogWriter(folder) as writer:
        first = [writer.submit(b"same") for _ in range(50)]
        receipts = {future.result() for future in first}
        other = writer.append(b"other")
        again = writer.append(b"same")
    with LogWriter(folder) as writer:
        later = writer.append(b"same")
        assert writer.sign_receipt(later) == writer.sign_receipt(again)
    assert receipts == {again} == {later}
    assert (again.index, other.index) == (0, 1)


def test_a_receipt_is_a_signed_note_that_is_no_checkpoint(make_log):
    folder = make_log()
    with LogWriter(folder) as writer:
        receipt = writer.append(b"x")
        note = writer.sign_receipt(receipt)
    policy = read_policy(FolderSource(folder))
    assert verify_note(note, [policy.logs[0].key])
    assert parse_receipt(note.text) == receipt == Receipt(ORIGIN, 0, leaf_hash(b"x"), receipt.time)
    with pytest.raises(InputError):
        policy.open(note)
    for wrong in (note.text[:-1], note.text.replace("index", "size"), note.text.replace("@v1", "@v2")):
        with pytest.raises(InputError):
            parse_receipt(wrong)


def test_the_same_log_signs_the_same_bytes(make_log):
    folder = make_log([b"a", b"b"])
    before = (folder / "public/checkpoint").read_bytes()
    (folder / "public/checkpoint").unlink()
    with LogWriter(folder) as writer:
        writer.publish()
    assert (folder / "public/checkpoint").read_bytes() == before


def test_many_threads_get_each_a_place_of_their_own(make_log):
    folder = make_log()
    receipts = []
    with LogWriter(folder) as writer:

        def run(name: int) -> None:
            receipts.extend([writer.append(b"%d %d" % (name, number)) for number in range(100)])

        threads = [threading.Thread(target=run, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        writer.publish()
    assert sorted(receipt.index for receipt in receipts) == list(range(800))
    assert verified(folder).size == 800


def test_admission_is_asked_once_in_order_and_its_reason_is_given(make_log):
    asked = []

    def admission(entry: bytes) -> str | None:
        asked.append(entry)
        if entry == b"fault":
            raise ZeroDivisionError
        return "not today" if entry.startswith(b"no") else None

    with LogWriter(make_log(), admission) as writer:
        futures = [writer.submit(entry) for entry in (b"yes", b"no", b"fault", b"yes", b"more")]
        with pytest.raises(NotAdmitted, match="not today"):
            futures[1].result()
        with pytest.raises(Broken):
            futures[2].result()
        assert [futures[place].result().index for place in (0, 3, 4)] == [0, 0, 1]
    assert asked == [b"yes", b"no", b"fault", b"more"]


def test_an_entry_that_is_too_long_is_refused(make_log):
    with LogWriter(make_log()) as writer:
        assert writer.append(bytes(65_535)).index == 0
        with pytest.raises(InputError):
            writer.submit(bytes(65_536))


def test_a_closed_log_takes_nothing_more(make_log):
    writer = LogWriter(make_log())
    future = writer.submit(b"last")
    writer.close()
    assert future.result().index == 0
    with pytest.raises(Stopped):
        writer.append(b"late")


def test_a_log_is_never_made_over_something_else(make_log, tmp_path):
    with pytest.raises(Refused):
        init_log(make_log(), ORIGIN)
    (tmp_path / "file").write_text("x")
    with pytest.raises(Refused):
        init_log(tmp_path / "file", ORIGIN)
    with pytest.raises(InputError):
        init_log(tmp_path / "new", "a name with spaces")
    assert not (tmp_path / "new").exists()


def test_a_log_is_never_made_by_opening_it(make_log, tmp_path):
    with pytest.raises(Refused):
        LogWriter(tmp_path / "none")
    folder = make_log([b"a"])
    (folder / PRIVATE / STORE).unlink()
    with pytest.raises(Refused):
        LogWriter(folder)
    assert not (folder / PRIVATE / STORE).exists()


def test_two_processes_cannot_both_open_a_log(make_log):
    folder = make_log([b"a"])
    code = """
import sys, pathlib
from serentak.base.messages import set_language
from serentak.ledger.write import LogWriter
set_language("en")
LogWriter(pathlib.Path(sys.argv[1]))
"""
    with LogWriter(folder):
        with pytest.raises(Refused):
            LogWriter(folder)
        other = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, check=False)
        assert other.returncode != 0
        assert b"is open in another process" in other.stderr
    LogWriter(folder).close()


def test_two_writers_past_the_lock_still_cannot_fork(make_log):
    folder = make_log([b"a"])
    store = folder / PRIVATE / STORE
    with LogWriter(folder) as writer:
        Store(store).add(1, [Leaf(leaf_hash(b"theirs"), 0, b"theirs")])
        with pytest.raises(Stopped):
            writer.append(b"ours")
    one, two = Store(store), Store(store)
    head = one.head()
    one.advance_head(head, Head(2, b"1" * 32))
    with pytest.raises(Broken):
        two.advance_head(head, Head(2, b"2" * 32))
    assert two.head() == (2, b"1" * 32)


def test_a_store_that_was_rolled_back_signs_nothing(make_log):
    folder = make_log([b"a", b"b"])
    backup = folder / PRIVATE / "backup"
    shutil.copy(folder / PRIVATE / STORE, backup)
    with LogWriter(folder) as writer:
        writer.append(b"c")
        writer.publish()
    for suffix in ("", "-wal", "-shm"):
        (folder / PRIVATE / (STORE + suffix)).unlink(missing_ok=True)
    shutil.copy(backup, folder / PRIVATE / STORE)
    with pytest.raises(Refused, match="rolled back"):
        LogWriter(folder)


def test_a_rolled_back_store_that_grew_again_signs_nothing(make_log):
    folder = make_log([b"a", b"b"])
    shutil.copytree(folder, folder.with_name("old"))
    with LogWriter(folder) as writer:
        writer.append(b"c")
        writer.publish()
    old = Store(folder.with_name("old") / PRIVATE / STORE)
    old.add(2, [Leaf(leaf_hash(entry), 0, entry) for entry in (b"x", b"y")])
    old.close()
    shutil.rmtree(folder / PRIVATE)
    shutil.copytree(folder.with_name("old") / PRIVATE, folder / PRIVATE)
    with pytest.raises(Refused, match="not those of the store"):
        LogWriter(folder)


def test_a_store_changed_in_the_middle_signs_nothing(make_log):
    folder = make_log([b"%d" % number for number in range(300)])
    with sqlite3.connect(folder / PRIVATE / STORE) as db:
        db.execute("UPDATE leaf SET hash = ? WHERE idx = 7", (leaf_hash(b"forged"),))
    db.close()
    with pytest.raises(Refused):
        LogWriter(folder)


def test_another_logs_key_is_refused(make_log):
    one, two = make_log([b"a"]), make_log([b"a"])
    shutil.copy(two / PRIVATE / KEY, one / PRIVATE / KEY)
    with pytest.raises(Refused):
        LogWriter(one)


def test_open_doors_are_refused(make_log):
    folder = make_log([b"a"])
    (folder / PRIVATE).chmod(0o755)
    with pytest.raises(InputError):
        LogWriter(folder)
    (folder / PRIVATE).chmod(0o700)
    (folder / PRIVATE / KEY).chmod(0o644)
    with pytest.raises(InputError):
        LogWriter(folder)


class FailingCalls(Calls):
    """Fails one call, the `at`-th, and then works again."""

    def __init__(self, name: str, at: int, number: int) -> None:
        self.name, self.at, self.number, self.seen = name, at, number, 0

    def _count(self, name: str) -> None:
        if name == self.name:
            self.seen += 1
            if self.seen == self.at:
                raise OSError(self.number, os.strerror(self.number))

    def write(self, handle, data):
        self._count("write")
        # Not all of it at once: a full disk and a signal both leave short writes.
        return super().write(handle, data[:8000])

    def fsync(self, handle):
        self._count("fsync")
        super().fsync(handle)

    def rename(self, source, target):
        self._count("rename")
        super().rename(source, target)


@pytest.mark.parametrize(("name", "number"), [("write", errno.ENOSPC), ("fsync", errno.EIO), ("rename", errno.EIO)])
@pytest.mark.parametrize("crash", [False, True])
def test_an_error_at_any_step_of_publication_loses_and_forks_nothing(make_log, name, number, crash):
    entries = [b"%d" % each for each in range(260)]
    base = make_log(entries[:250])
    failed, at = True, 0
    while failed:
        at += 1
        folder = base.with_name(f"{base.name}-{at}")
        shutil.copytree(base, folder)
        calls = FailingCalls(name, at, number)
        writer = LogWriter(folder, calls=calls)
        receipts = [future.result() for future in [writer.submit(entry) for entry in entries[250:]]]
        try:
            writer.publish()
            failed = False
        except OSError:
            # Whatever stands there now is the old log or a clean new one.
            assert verified(folder).size in (250, 260)
        if crash:
            writer.close()
            writer = LogWriter(folder)
        writer.publish()
        writer.close()
        assert [receipt.index for receipt in receipts] == list(range(250, 260))
        assert verified(folder).root == tree_root(map(leaf_hash, entries))
    assert at > 3
    assert calls.seen < at


@pytest.mark.parametrize("at", range(1, 8))
def test_a_checkpoint_that_could_not_be_written_is_written_at_the_next_turn(make_log, at):
    folder = make_log()
    calls = FailingCalls("none", at, errno.EIO)
    with LogWriter(folder, calls=calls) as writer:
        writer.append(b"a")
        assert writer.publish()
        writer.append(b"b")
        calls.name = "rename"
        failures = 0
        for _turn in range(2):
            try:
                writer.publish()
            except OSError:
                failures += 1
        assert failures == (at <= 3)
        assert not writer.publish()
    assert verified(folder).size == 2


def test_a_full_store_refuses_and_keeps_what_it_acknowledged(make_log):
    folder = make_log([b"a"])
    writer = LogWriter(folder)
    pages = writer._sequencer._store._db.execute("PRAGMA page_count").fetchone()[0]
    writer._sequencer._store._db.execute(f"PRAGMA max_page_count = {pages + 20}")
    futures = [writer.submit(b"0" + bytes(1000))]
    futures[0].result()
    futures += [writer.submit(b"%d" % number + bytes(1000)) for number in range(1, 1000)]
    receipts = [future.result() for future in futures if future.exception() is None]
    assert {type(future.exception()) for future in futures} == {type(None), Stopped}
    assert writer.trouble
    writer.publish()
    writer.close()
    assert 0 < len(receipts) < 1000
    with LogWriter(folder) as writer:
        assert [writer.append(b"%d" % number + bytes(1000)) for number in range(len(receipts))] == receipts
        writer.publish()
    assert verified(folder).size >= len(receipts) + 1


def test_a_public_file_that_differs_from_the_store_stops_publication(make_log):
    folder = make_log([b"a"])
    tile = folder / "public/tile/0/000.p/2"
    tile.write_bytes(bytes(64))
    with LogWriter(folder) as writer:
        writer.append(b"b")
        with pytest.raises(Broken):
            writer.publish()
    assert read_checkpoint(FolderSource(folder)).text.split("\n")[1] == "1"


def test_lost_tiles_of_the_right_edge_are_written_again(make_log):
    folder = make_log([b"a", b"b"])
    tile = folder / "public/tile/0/000.p/2"
    data = tile.read_bytes()
    tile.unlink()
    LogWriter(folder).close()
    assert tile.read_bytes() == data


def test_a_running_log_publishes_by_itself(make_log):
    folder = make_log()
    seen = threading.Event()
    with LogWriter(folder, clock=lambda: seen.set() or 1.0) as writer:
        writer.append(b"a")
        writer.start(0.001)
        assert seen.wait(20)
    assert verified(folder).size == 1


def test_a_running_log_says_what_troubles_it(make_log):
    folder = make_log([b"a"])
    (folder / "public/tile/0/000.p/2").write_bytes(bytes(64))
    writer = LogWriter(folder)
    writer.append(b"b")
    writer.start(0.001)
    writer._thread.join(20)
    assert any("000.p/2" in each for each in writer.trouble)
    writer.close()


def test_an_empty_log_is_a_log(make_log):
    folder = make_log([])
    report = verified(folder)
    assert (report.size, report.root, report.entries) == (0, EMPTY_ROOT, 0)


def test_fsck_finds_what_is_wrong_with_the_store(make_log):
    folder = make_log([b"%d" % number for number in range(300)])
    report, store = check_store(folder)
    assert report.clean
    assert not store.listed
    with sqlite3.connect(folder / PRIVATE / STORE) as db:
        db.execute("UPDATE body SET entry = ? WHERE idx = 7", (b"forged",))
    db.close()
    report, store = check_store(folder)
    assert report.clean
    found = {(each.code, each.where) for each in store.listed}
    assert found == {("store-damaged", "7"), ("store-differs", "7")}
    with sqlite3.connect(folder / PRIVATE / STORE) as db:
        db.execute("DELETE FROM body WHERE idx = 9")
    db.close()
    assert "store-damaged" in {each.code for each in check_store(folder)[1].listed}


def test_fsck_of_what_is_no_log_is_refused(make_log, tmp_path):
    with pytest.raises(Refused):
        check_store(tmp_path)
    folder = make_log([b"a"])
    (folder / "public/policy").unlink()
    with pytest.raises(Refused):
        check_store(folder)
    (folder / PRIVATE / STORE).write_bytes(b"no database")
    with pytest.raises(Refused):
        check_store(folder)


def test_the_first_checkpoint_is_of_the_empty_log(make_log):
    folder = make_log()
    with LogWriter(folder) as writer:
        assert writer.publish()
    note = parse_note((folder / "public/checkpoint").read_bytes())
    policy = parse_policy((folder / "public/policy").read_bytes())
    assert policy.open(note).checkpoint.size == 0
