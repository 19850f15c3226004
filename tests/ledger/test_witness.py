from __future__ import annotations

import base64
import shutil
import sqlite3
import threading
from hashlib import sha256

import pytest

from serentak.base.errors import InputError, Refused
from serentak.ledger.checkpoint import Checkpoint
from serentak.ledger.cosign import format_request
from serentak.ledger.keys import new_key, sign_note
from serentak.ledger.note import ML_DSA_44, SignedNote, parse_note, parse_signatures, verify_note
from serentak.ledger.tree import EMPTY_ROOT, consistency_path, leaf_hash, perfect_root, root_at
from serentak.ledger.witness import MAX_REQUEST, Witness, init_witness

ORIGIN = "example.org/log"
LOG = new_key(ORIGIN)
LEAVES = [leaf_hash(b"%d" % number) for number in range(64)]


def node(level: int, number: int) -> bytes:
    return perfect_root(LEAVES[number << level : (number + 1) << level])


def signed(size: int, root: bytes | None = None, key=LOG, origin: str = ORIGIN) -> SignedNote:
    return sign_note(Checkpoint(origin, size, root_at(size, node) if root is None else root).text, [key])


def ask(witness: Witness, old: int, size: int, path: list[bytes] | None = None, note: SignedNote | None = None):
    path = consistency_path(old, size, node) if path is None else path
    return witness.add_checkpoint(format_request(old, path, note or signed(size)))


@pytest.fixture
def folder(tmp_path):
    init_witness(tmp_path / "witness", "bawaslu.example/w", [(ORIGIN, LOG.verifier)])
    return tmp_path / "witness"


@pytest.fixture
def witness(folder):
    with Witness(folder, clock=lambda: 1_800_000_000) as witness:
        yield witness


def test_a_log_is_cosigned_as_it_grows(witness):
    old = 0
    for size in (0, 1, 1, 2, 5, 32, 64):
        reply = ask(witness, old, size)
        assert reply.status == 200
        lines = parse_signatures(reply.body.decode().splitlines())
        both = signed(size).signed_also(lines)
        verified = verify_note(both, [key.verifier for key in witness.keys])
        assert [each.timestamp for each in verified] == [1_800_000_000]
        assert witness.get_checkpoint(sha256(ORIGIN.encode()).hexdigest()).body == bytes(both)
        old = size


def test_an_unknown_log_and_an_unknown_digest_are_not_found(witness):
    other = new_key("other.example/log")
    assert ask(witness, 0, 1, note=signed(1, key=other, origin="other.example/log")).status == 404
    assert witness.get_checkpoint("0" * 64).status == 404
    assert witness.get_checkpoint(sha256(ORIGIN.encode()).hexdigest()).status == 404


def test_an_untrusted_signature_is_forbidden(witness):
    assert ask(witness, 0, 1, note=signed(1, key=new_key(ORIGIN))).status == 403
    note = signed(1)
    forged = SignedNote(note.text.replace("\n1\n", "\n2\n"), note.signatures)
    assert ask(witness, 0, 2, note=forged).status == 403


def test_a_misspelt_signature_is_one_that_does_not_hold(witness):
    body = format_request(0, [], signed(1))
    place = body.rindex(b"=") - 1
    changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    assert witness.add_checkpoint(changed).status == 403


def test_an_old_size_above_the_new_one_is_a_bad_request(witness):
    assert ask(witness, 0, 5).status == 200
    assert ask(witness, 6, 5, path=[]).status == 400


def test_another_old_size_is_a_conflict_that_names_the_right_one(witness):
    assert ask(witness, 0, 5).status == 200
    for old in (0, 3):
        reply = ask(witness, old, 8)
        assert (reply.status, reply.body, reply.content_type) == (409, b"5\n", "text/x.tlog.size")
    assert ask(witness, 5, 8).status == 200


def test_a_conflict_comes_before_the_proof(witness):
    assert ask(witness, 0, 1).status == 200
    assert ask(witness, 0, 1, path=[LEAVES[0]]).status == 409


@pytest.mark.parametrize("old", [0, 1, 5])
def test_a_proof_that_does_not_hold_is_unprocessable_and_kept_as_evidence(witness, old):
    if old:
        assert ask(witness, 0, old).status == 200
    for path in (
        [LEAVES[0]],
        [*consistency_path(old, 8, node), LEAVES[0]],
        consistency_path(old, 8, node)[1:],
    ):
        if path or old:
            assert ask(witness, old, 8, path=path).status == 422
    assert ask(witness, old, 8).status == 200
    assert [each.at for each in witness.evidence()] == [1_800_000_000]


def test_two_roots_at_one_size_are_a_fork(witness):
    assert ask(witness, 0, 5).status == 200
    fork = signed(5, leaf_hash(b"fork"))
    assert ask(witness, 5, 5, note=fork).status == 422
    assert parse_note(witness.evidence()[0].note) == fork
    assert ask(witness, 5, 5).status == 200


def test_an_empty_log_has_one_root_only(witness):
    assert ask(witness, 0, 0, note=signed(0, leaf_hash(b"x"))).status == 422
    assert ask(witness, 0, 0, note=signed(0, bytes(32))).status == 422
    assert ask(witness, 0, 0, path=[LEAVES[0]]).status == 422
    assert ask(witness, 0, 0, note=signed(0, EMPTY_ROOT)).status == 200
    assert ask(witness, 0, 1).status == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body[:0],
        lambda body: body.replace(b"old ", b"OLD "),
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old -1"),
        lambda body: body.replace(b"old 0", b"old 9223372036854775808"),
        lambda body: body.replace(b"old 0\n", b"old 0\nnothash\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + base64.b64encode(bytes(31)) + b"\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + (base64.b64encode(bytes(32)) + b"\n") * 64),
        lambda body: body.partition("— ".encode())[0],
        lambda body: body[:-1],
        lambda body: body.replace(b"old 0", "old ٠".encode()),
    ],
)
def test_a_malformed_request_is_a_bad_request(witness, change):
    assert witness.add_checkpoint(change(format_request(0, [], signed(1)))).status == 400


def test_a_signed_text_that_is_no_checkpoint_is_a_bad_request(witness):
    for text in (f"{ORIGIN}\nfive\n{'A' * 43}=\n", f"{ORIGIN}\n", f"{ORIGIN}\n1\nroot\n"):
        assert ask(witness, 0, 1, path=[], note=sign_note(text, [LOG])).status == 400


def test_a_request_that_is_too_large_is_refused(witness):
    assert witness.add_checkpoint(bytes(MAX_REQUEST + 1)).status == 413


def test_a_forged_line_under_the_witness_own_name_is_not_kept(witness):
    own = witness.keys[0].verifier
    note = signed(1)
    forged = parse_signatures([f"— {own.name} {base64.b64encode(own.id + bytes(72)).decode()}"])
    assert ask(witness, 0, 1, note=note.signed_also(forged)).status == 200
    kept = parse_note(witness.get_checkpoint(sha256(ORIGIN.encode()).hexdigest()).body)
    assert verify_note(kept, [own, LOG.verifier])
    assert ask(witness, 1, 2).status == 200


def test_the_origin_may_differ_from_the_key_name(witness):
    key = new_key("sum.example")
    witness.know("a log with spaces", key.verifier)
    assert ask(witness, 0, 3, note=signed(3, key=key, origin="a log with spaces")).status == 200


def test_extension_lines_are_cosigned_by_ed25519_alone(tmp_path):
    init_witness(tmp_path / "w", "w.example", [(ORIGIN, LOG.verifier)], pq=True)
    with Witness(tmp_path / "w") as witness:
        reply = ask(witness, 0, 1, note=sign_note(Checkpoint(ORIGIN, 1, LEAVES[0], ("more",)).text, [LOG]))
        assert (reply.status, reply.body.count(b"\n")) == (200, 1)
        plain = ask(witness, 1, 2)
        lines = parse_signatures(plain.body.decode().splitlines())
        verified = verify_note(signed(2).signed_also(lines), [key.verifier for key in witness.keys])
        assert verified[1].key.kind == ML_DSA_44
        assert len(verified) == 2


def test_of_two_racing_requests_one_wins(witness):
    assert ask(witness, 0, 1).status == 200
    statuses = []
    threads = [
        threading.Thread(target=lambda size=size: statuses.append(ask(witness, 1, size).status))
        for size in range(2, 18)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 15


def test_what_was_cosigned_is_remembered_after_a_restart(folder):
    with Witness(folder) as witness:
        assert ask(witness, 0, 5).status == 200
    with Witness(folder) as witness:
        assert ask(witness, 0, 8).body == b"5\n"


def test_a_witness_whose_store_is_lost_is_retired(folder):
    (folder / "private/witness.sqlite").unlink()
    with pytest.raises(Refused, match="retire"):
        Witness(folder)
    with pytest.raises(Refused):
        init_witness(folder, "bawaslu.example/w", [])


def test_a_damaged_store_is_named(folder):
    for suffix in ("-wal", "-shm"):
        (folder / f"private/witness.sqlite{suffix}").unlink(missing_ok=True)
    (folder / "private/witness.sqlite").write_bytes(b"not a database")
    with pytest.raises((Refused, sqlite3.DatabaseError)):
        Witness(folder)


def test_one_process_a_witness(folder):
    with Witness(folder), pytest.raises(Refused):
        Witness(folder)


def test_a_witness_is_never_made_by_opening_it(tmp_path, folder):
    with pytest.raises(Refused):
        Witness(tmp_path / "none")
    (folder / "private").chmod(0o755)
    with pytest.raises(InputError):
        Witness(folder)


def test_evidence_is_capped(folder, monkeypatch):
    monkeypatch.setattr("serentak.ledger.witness.MAX_EVIDENCE", 3)
    with Witness(folder) as witness:
        assert ask(witness, 0, 1).status == 200
        for number in range(5):
            note = signed(1, leaf_hash(b"fork %d" % number))
            assert ask(witness, 1, 1, note=note).status == 422
        assert len(witness.evidence()) == 3


def test_a_copied_folder_is_no_second_witness(folder, tmp_path):
    """A copy works, which is why the log notices a witness that knows less than before (see test_cosign)."""
    with Witness(folder) as witness:
        assert ask(witness, 0, 5).status == 200
    shutil.copytree(folder, tmp_path / "copy")
    with Witness(tmp_path / "copy") as witness:
        assert ask(witness, 0, 1).status == 409
