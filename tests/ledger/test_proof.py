from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.base.errors import InputError, Refused
from serentak.ledger.checkpoint import Checkpoint
from serentak.ledger.faults import Malformed, NotThere, Unproven
from serentak.ledger.keys import new_key, sign_note
from serentak.ledger.note import COSIGNATURE, ML_DSA_44
from serentak.ledger.paper_proof import from_paper, from_qr_text, to_paper, to_qr_text
from serentak.ledger.policy import parse_policy
from serentak.ledger.proof import Proof, parse_proof, verify_proof
from serentak.ledger.read import LogReader, prove_entry, read_checkpoint, read_policy
from serentak.ledger.source import FolderSource, HttpSource, open_source
from serentak.ledger.tree import inclusion_path, leaf_hash, perfect_root, root_at

LOG = new_key("example.org/log")
WITNESSES = [new_key("w1.example", COSIGNATURE), new_key("w2.example", COSIGNATURE)]
PQ = new_key("w3.example", ML_DSA_44)
POLICY = parse_policy(
    "".join(
        [f"log {LOG.verifier}\n"]
        + [f"witness w{number} {key.verifier}\n" for number, key in enumerate([*WITNESSES, PQ])]
        + ["group both 2 w0 w1\n", "quorum both\n"]
    ).encode()
)
ENTRIES = [b"entry %d" % number for number in range(100)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def node(level: int, number: int) -> bytes:
    return perfect_root(LEAVES[number << level : (number + 1) << level])


def proof_of(index: int, extra: bytes | None = None, cosigners=(*WITNESSES, PQ)) -> Proof:
    text = Checkpoint("example.org/log", 100, root_at(100, node)).text
    note = sign_note(text, [LOG]).signed_also(key.sign(text, 1_800_000_000) for key in cosigners)
    return Proof(index, tuple(inclusion_path(index, 100, node)), note, extra)


@pytest.mark.parametrize("extra", [None, b"", b"hello"])
def test_a_proof_reads_back_and_holds(extra):
    proof = proof_of(42, extra)
    assert parse_proof(bytes(proof)) == proof
    assert verify_proof(parse_proof(bytes(proof)), ENTRIES[42], POLICY).newest == 1_800_000_000


def test_a_proof_for_another_entry_or_without_quorum_is_refused():
    with pytest.raises(Unproven):
        verify_proof(proof_of(42), ENTRIES[41], POLICY)
    with pytest.raises(Unproven):
        verify_proof(proof_of(42, cosigners=WITNESSES[:1]), ENTRIES[42], POLICY)


def test_every_changed_byte_of_a_proof_is_noticed():
    data = bytes(proof_of(5, cosigners=WITNESSES))
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises((Malformed, Unproven)):
            verify_proof(parse_proof(bytes(changed)), ENTRIES[5], POLICY)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"wrong-header\nindex 0\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\n\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex notanumber\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex -5\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex 00\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"A" * 86 + b"==\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex ٣\n\n".encode(),
    ],
)
def test_what_is_no_proof_is_refused(data):
    with pytest.raises(Malformed):
        parse_proof(data)


def test_paper_leads_back_to_the_same_proof_without_the_large_signatures():
    proof = proof_of(63)
    data = to_paper(proof, POLICY)
    back = from_paper(from_qr_text(to_qr_text(data)), ENTRIES[63], POLICY)
    assert verify_proof(back, ENTRIES[63], POLICY).quorum
    assert back.checkpoint.text == proof.checkpoint.text
    assert len(back.checkpoint.signatures) == 3
    assert len(data) <= 32 * 7 + 64 + 2 * 78 + 30
    assert cbor2.loads(data)[2] == 63


def test_every_changed_bit_of_a_paper_is_noticed():
    data = to_paper(proof_of(7), POLICY)
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises((Malformed, Unproven)):
                verify_proof(from_paper(bytes(changed), ENTRIES[7], POLICY), ENTRIES[7], POLICY)


def test_another_spelling_of_a_paper_is_refused():
    value = cbor2.loads(to_paper(proof_of(7), POLICY))
    for other in (
        cbor2.dumps(dict(reversed(value.items()))),
        cbor2.dumps(value) + b"\0",
        cbor2.dumps([value]),
    ):
        with pytest.raises(Malformed):
            from_paper(other, ENTRIES[7], POLICY)


@given(st.binary(max_size=60))
def test_qr_text_reads_back(data):
    assert from_qr_text(to_qr_text(data)) == data


@pytest.mark.parametrize("text", ["", "SP1", "SP1:A", "SP1:AAAA", "SP1:aa", "SP1:::", "SP1::::", "SP1:QED8WEX0"])
def test_other_qr_texts_are_refused_or_read_as_base45(text):
    if text == "SP1:QED8WEX0":
        assert from_qr_text(text) == b"ietf!"  # the example of RFC 9285
        return
    with pytest.raises(Malformed):
        from_qr_text(text)


def test_a_paper_needs_the_policy_that_names_its_keys():
    data = to_paper(proof_of(7), POLICY)
    with pytest.raises(Unproven):
        from_paper(data, ENTRIES[7], parse_policy(b"quorum none\n"))


def test_what_does_not_fit_paper_is_refused():
    text = Checkpoint("example.org/log", 1, LEAVES[0], ("more",)).text
    with pytest.raises(Refused):
        to_paper(Proof(0, (), sign_note(text, [LOG])), POLICY)
    with pytest.raises(Refused):
        to_paper(Proof(0, (), sign_note(text.replace("more\n", ""), [new_key("example.org/log")])), POLICY)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600])
def test_every_entry_of_a_log_is_proven_from_its_tiles(make_log, size):
    source = FolderSource(make_log([b"%d" % number for number in range(size)]))
    policy = read_policy(source)
    for index in {0, size // 2, size - 1}:
        entry, proof = prove_entry(source, policy, index)
        assert entry == b"%d" % index
        assert verify_proof(parse_proof(bytes(proof)), entry, policy).checkpoint.size == size
    with pytest.raises(InputError):
        prove_entry(source, policy, size)


def test_an_older_size_is_read_from_the_full_tile_that_took_its_place(make_log):
    folder = make_log([b"%d" % number for number in range(300)])
    reader = LogReader(FolderSource(folder), 100)
    leaves = [leaf_hash(b"%d" % number) for number in range(100)]
    assert reader.bundle(0) == [b"%d" % number for number in range(100)]
    assert [reader.node(0, number) for number in range(100)] == leaves


def test_files_that_do_not_prove_an_entry_are_refused(make_log):
    folder = make_log([b"one", b"two"])
    tile = folder / "public/tile/entries/000.p/2"
    tile.write_bytes(tile.read_bytes().replace(b"two", b"owt"))
    source = FolderSource(folder)
    with pytest.raises(Unproven):
        prove_entry(source, read_policy(source), 1)


def test_a_source_is_a_folder_or_an_address(tmp_path):
    assert isinstance(open_source("http://127.0.0.1:1/log"), HttpSource)
    assert isinstance(open_source(str(tmp_path)), FolderSource)
    for wrong in ("http://", "http://host:port", "http://host/?q", str(tmp_path / "none")):
        with pytest.raises(InputError):
            open_source(wrong)
    with pytest.raises(NotThere):
        read_checkpoint(open_source(str(tmp_path)))
    with pytest.raises(Refused):
        HttpSource("http://127.0.0.1:1", 1).read("checkpoint")
