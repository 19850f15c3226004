from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.base.errors import InputError, Refused
from serentak.ledger.faults import Malformed, Unproven
from serentak.ledger.keys import SigningKey, format_key, new_key, parse_key, read_key, sign_note, write_key
from serentak.ledger.note import (
    COSIGNATURE,
    ED25519,
    MAX_NOTE,
    ML_DSA_44,
    VerifierKey,
    is_key_name,
    parse_note,
    parse_vkey,
    verify_note,
)

# The example of Go's note package, golang.org/x/mod/sumdb/note (BSD-3-Clause), and of the signed-note
# specification.
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
NOTE = f"{TEXT}\n{LINE}".encode()
CHECKPOINT = "example.org/log\n1\n" + "A" * 43 + "=\n"


def test_signing_gives_the_published_bytes():
    assert bytes(sign_note(TEXT, [parse_key(SKEY)])) == NOTE
    assert str(parse_key(SKEY).verifier) == VKEY
    assert format_key(parse_key(SKEY)) == SKEY


def test_the_published_note_holds():
    note = parse_note(NOTE)
    key = parse_vkey(VKEY)
    assert [(each.key, each.timestamp) for each in verify_note(note, [key])] == [(key, None)]
    assert bytes(note) == NOTE


def test_every_changed_byte_is_noticed():
    key = parse_vkey(VKEY)
    for place in range(len(NOTE)):
        for change in (1, 0x20, 0x80):
            data = bytearray(NOTE)
            data[place] ^= change
            with pytest.raises((Malformed, Unproven)):
                verify_note(parse_note(bytes(data)), [key])


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        f"{TEXT}\n".encode(),
        NOTE[:-1],
        b"\x01" + NOTE,
        b"\xff" + NOTE,
        NOTE.replace(b"PeterNeumann ", b"Bad Name "),
        NOTE + b"Unexpected line.\n",
        NOTE.replace(b"\xe2\x80\x94 ", b"- "),
        NOTE.replace(b"JnAM=", b"JnAN="),
        NOTE.replace(b"x08go/", b"x08g!/"),
        f"{TEXT}\n— PeterNeumann x08g\n".encode(),
        f"{TEXT}\n".encode() + LINE.encode() * 101,
        b"x" * (MAX_NOTE + 1),
    ],
)
def test_what_is_no_note_is_refused(data):
    with pytest.raises(Malformed):
        parse_note(data)


def test_a_hundred_signatures_are_read():
    assert verify_note(parse_note(f"{TEXT}\n".encode() + LINE.encode() * 100), [parse_vkey(VKEY)])


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+",
    ],
)
def test_a_mangled_key_is_refused(vkey):
    with pytest.raises(Malformed):
        parse_vkey(vkey)


@pytest.mark.parametrize("skey", ["", SKEY[8:], SKEY.replace("c74f", "c74e"), SKEY[:-4], SKEY.replace("AYEK", "ZYEK")])
def test_a_mangled_private_key_is_refused_and_never_shown(skey):
    with pytest.raises(Malformed) as caught:
        parse_key(skey)
    assert "YEKFALV" not in str(caught.value)


def test_unknown_signatures_are_ignored_and_alone_prove_nothing():
    other = new_key("other.example/k")
    both = sign_note(TEXT, [other, parse_key(SKEY)])
    assert [each.key.name for each in verify_note(both, [parse_vkey(VKEY)])] == ["PeterNeumann"]
    with pytest.raises(Unproven):
        verify_note(sign_note(TEXT, [other]), [parse_vkey(VKEY)])


def test_one_bad_signature_of_a_known_key_refuses_the_note():
    other = new_key("other.example/k")
    note = sign_note(TEXT, [parse_key(SKEY), other])
    forged = type(note)(TEXT.replace("answer", "question"), note.signatures)
    with pytest.raises(Unproven):
        verify_note(forged, [parse_vkey(VKEY), other.verifier])


@pytest.mark.parametrize("kind", [ED25519, COSIGNATURE, ML_DSA_44])
def test_each_kind_signs_a_checkpoint_and_states_its_time(kind):
    key = new_key("example.org/key", kind)
    note = parse_note(bytes(sign_note(CHECKPOINT, [key], 1_800_000_000)))
    verified = verify_note(note, [parse_vkey(str(key.verifier))])
    assert [each.timestamp for each in verified] == [None if kind == ED25519 else 1_800_000_000]
    forged = type(note)(CHECKPOINT.replace("\n1\n", "\n2\n"), note.signatures)
    with pytest.raises(Unproven):
        verify_note(forged, [key.verifier])
    assert parse_key(format_key(key)) == key


@pytest.mark.parametrize("kind", [COSIGNATURE, ML_DSA_44])
def test_a_cosignature_over_no_checkpoint_is_refused(kind):
    key = new_key("example.org/key", kind)
    with pytest.raises(Malformed):
        key.sign(TEXT, 1)
    line = key.sign(CHECKPOINT, 1)
    with pytest.raises(Unproven):
        key.verifier.verify(TEXT, line.data)
    with pytest.raises(Unproven):
        key.verifier.verify(CHECKPOINT, line.data[:7])


@given(st.text(max_size=8))
def test_key_names_have_no_spaces_controls_and_plus(name):
    assert is_key_name(name) == (name != "" and "+" not in name and not any(c.isspace() or ord(c) < 0x20 for c in name))


def test_a_key_file_is_private_and_never_overwritten(tmp_path):
    key = new_key("example.org/log")
    path = tmp_path / "log.key"
    write_key(path, key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path) == key
    with pytest.raises(Refused):
        write_key(path, key)
    path.chmod(0o640)
    with pytest.raises(InputError):
        read_key(path)
    with pytest.raises(InputError):
        read_key(tmp_path / "none")


def test_a_key_does_not_show_its_secret():
    key = SigningKey("example.org/log", ED25519, b"s" * 32)
    assert "ssss" not in repr(key)
    assert isinstance(key.verifier, VerifierKey)


def test_a_bad_name_is_refused():
    with pytest.raises(InputError):
        new_key("a b")
