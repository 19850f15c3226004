from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.ledger.checkpoint import Checkpoint, parse_checkpoint
from serentak.ledger.faults import Malformed, Unproven
from serentak.ledger.keys import new_key, sign_note
from serentak.ledger.note import COSIGNATURE, ED25519, ML_DSA_44, SignedNote
from serentak.ledger.policy import Log, Policy, Witness, parse_policy
from serentak.ledger.tree import leaf_hash

LOG = new_key("example.org/log")
KEYS = {name: new_key(f"{name}.example/w", COSIGNATURE) for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")}
LINES = "".join(f"witness {name} {key.verifier}\n" for name, key in KEYS.items())
SPEC = f"""
# The example of the specification, with keys.
log {LOG.verifier} https://example.org/log
{LINES}
\tgroup X-witnesses 2 X1 X2 X3
group Y-witnesses  any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
HEAD = Checkpoint("example.org/log", 1, leaf_hash(b"x"))


def cosigned(*names: str) -> SignedNote:
    note = sign_note(HEAD.text, [LOG])
    return note.signed_also(KEYS[name].sign(HEAD.text, 1000 + place) for place, name in enumerate(names))


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        ((), False),
        (("X1", "X2"), False),
        (("X1", "Y1"), False),
        (("X1", "X3", "Y2"), True),
        (("X1", "X2", "X3", "Y1", "Y2", "Y3"), True),
        (("Y1", "Y2", "Y3"), False),
    ],
)
def test_the_quorum_of_the_specification(names, enough):
    opened = parse_policy(SPEC.encode()).open(cosigned(*names))
    assert opened.quorum is enough
    assert set(opened.cosigned) == set(names)
    assert opened.newest == (1000 + len(names) - 1 if names else None)
    assert opened.checkpoint == HEAD


def test_a_policy_reads_back():
    policy = parse_policy(SPEC.encode())
    assert parse_policy(policy.text.encode()) == policy


def test_quorum_none_asks_for_nobody():
    assert parse_policy(f"log {LOG.verifier}\nquorum none\n".encode()).open(cosigned()).quorum


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum X1\n",
        "quorum none\nquorum none\n",
        "quorum\n",
        "quorum none none\n",
        "log\nquorum none\n",
        f"log {LOG.verifier} a b\nquorum none\n",
        f"log {LOG.verifier}\nlog {LOG.verifier}\nquorum none\n",
        f"log {KEYS['X1'].verifier}\nquorum none\n",
        f"witness W {LOG.verifier}\nquorum none\n",
        f"witness none {KEYS['X1'].verifier}\nquorum none\n",
        f"witness A {KEYS['X1'].verifier}\nwitness B {KEYS['X1'].verifier}\nquorum none\n",
        f"witness A {KEYS['X1'].verifier}\nwitness A {KEYS['X2'].verifier}\nquorum none\n",
        f"witness A {KEYS['X1'].verifier}\ngroup G all A A\nquorum G\n",
        f"witness A {KEYS['X1'].verifier}\ngroup G 2 A\nquorum G\n",
        f"witness A {KEYS['X1'].verifier}\ngroup G 0 A\nquorum G\n",
        f"witness A {KEYS['X1'].verifier}\ngroup G 01 A\nquorum G\n",
        f"witness A {KEYS['X1'].verifier}\ngroup G all\nquorum G\n",
        f"witness A {KEYS['X1'].verifier}\ngroup A all A\nquorum A\n",
        f"witness A {KEYS['X1'].verifier}\ngroup G all none\nquorum G\n",
        f"witness A {KEYS['X1'].verifier}\ngroup G all A\ngroup H all A\nquorum G\n",
        f"group G all A\nwitness A {KEYS['X1'].verifier}\nquorum G\n",
        "quorum none\r\n",
        "quorum none\nunknown\n",
    ],
    ids=count(),
)
def test_a_broken_policy_is_refused(text):
    with pytest.raises(Malformed):
        parse_policy(text.encode())


def test_names_above_ascii_are_opaque():
    text = b"witness \xffwitness " + str(KEYS["X1"].verifier).encode() + b"\nquorum \xffwitness\n"
    assert parse_policy(text).satisfied_by({parse_policy(text).witnesses[0].name})


def test_a_foreign_log_is_not_believed():
    policy = parse_policy(SPEC.encode())
    other = new_key("example.org/log")
    with pytest.raises(Unproven):
        policy.open(sign_note(HEAD.text, [other]))
    with pytest.raises(Unproven):
        policy.open(sign_note(HEAD.text.replace("example.org/log", "example.org/gol"), [LOG]))
    with pytest.raises(Unproven):
        policy.open(SignedNote(HEAD.text, (KEYS["X1"].sign(HEAD.text, 1),)))
    with pytest.raises(Malformed):
        policy.open(sign_note("example.org/log\n", [LOG]))


def test_with_each_witness_more_all_must_cosign():
    policy = Policy((Log(LOG.verifier),))
    for name in ("X1", "X2"):
        policy = policy.with_witness(Witness(name, KEYS[name].verifier, "http://127.0.0.1:1"))
    assert not policy.open(cosigned("X1")).quorum
    assert policy.open(cosigned("X1", "X2")).quorum
    with pytest.raises(Malformed):
        policy.with_witness(Witness("X1", KEYS["X3"].verifier))


def test_a_log_may_sign_with_ml_dsa_beside_ed25519():
    pq = new_key("example.org/log", ML_DSA_44)
    policy = parse_policy(f"log {LOG.verifier}\nlog {pq.verifier}\nquorum none\n".encode())
    for keys in ([LOG], [pq], [LOG, pq]):
        assert policy.open(sign_note(HEAD.text, keys, 5)).log.key.kind in (ED25519, ML_DSA_44)


@given(st.text(st.sampled_from("0123456789AB=\n \t"), max_size=60))
def test_only_three_good_lines_are_a_checkpoint(text):
    try:
        checkpoint = parse_checkpoint(text)
    except Malformed:
        return
    assert checkpoint.text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD.text[:-1],
        HEAD.text.replace("\n1\n", "\n01\n"),
        HEAD.text.replace("\n1\n", "\n-1\n"),
        HEAD.text.replace("\n1\n", "\n\n"),
        HEAD.text.replace("\n1\n", f"\n{1 << 63}\n"),
        HEAD.text.replace("\n1\n", "\n١\n"),
        HEAD.text + "\n",
        "\n".join(HEAD.text.split("\n")[1:]),
        HEAD.text.replace("=\n", "\n"),
    ],
    ids=count(),
)
def test_a_broken_checkpoint_is_refused(text):
    with pytest.raises(Malformed):
        parse_checkpoint(text)


def test_extension_lines_are_kept():
    text = HEAD.text + "more\n"
    assert parse_checkpoint(text).extensions == ("more",)
    assert parse_checkpoint(text).text == text
