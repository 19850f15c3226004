"""Throw changed and random bytes at every parser of log and custody: ``python -m bench._fuzz --executions 1000000``.

Each target begins with good bytes of its kind and changes them (flips, cuts, repeats, splices, numbers at their
limits, bytes from its own alphabet). A parser may answer `InputError` or `Refused`; anything else is a fault and is
printed with the bytes that caused it. What is read must also write back to the same bytes.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import _fuzz_custody
from serentak.base.errors import InputError, Refused
from serentak.base.messages import set_language
from serentak.custody.entry import decode_entry
from serentak.ledger.checkpoint import Checkpoint, parse_checkpoint
from serentak.ledger.cosign import format_request
from serentak.ledger.keys import format_key, new_key, parse_key, sign_note
from serentak.ledger.note import COSIGNATURE, parse_note, parse_vkey
from serentak.ledger.paper_proof import from_paper, from_qr_text, to_paper, to_qr_text
from serentak.ledger.policy import Log, Policy, Witness, parse_policy
from serentak.ledger.proof import Proof, parse_proof, verify_proof
from serentak.ledger.receipt import Receipt, parse_receipt
from serentak.ledger.tiles import Tile, encode_bundle, parse_bundle, parse_hashes, parse_tile_path
from serentak.ledger.tree import leaf_hash, node_hash
from serentak.ledger.witness import Witness as WitnessStore
from serentak.ledger.witness import init_witness, parse_request

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "example.org/log"
TOKENS = [
    b"\n", b"\n\n", b"\xe2\x80\x94 ", b" ", b"+", b"=", b"==", b"0", b"00", b"-1", b"9223372036854775807",
    b"9223372036854775808", b"18446744073709551616", b"\x00", b"\xff", b"\x80", b"\t", b"\r", b"old ", b"index ",
    b"extra ", b"quorum none\n", b"group ", b"witness ", b"log ", b"all", b"any", b"\xc2\xa0", b"\xef\xbb\xbf",
    b"A" * 43 + b"=\n", b"SP1:", b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", b"\x9f", b"\xbf", b"\x5f", b"\xfb\x7f",
    b"tile/", b"x000/", b".p/", b"\xd9\xa0",
]  # fmt: skip


class Target(NamedTuple):
    """A parser, and good bytes for it; one that takes long is run a share of the times."""

    name: str
    parse: Callable[[bytes], object]
    seeds: list[bytes]
    share: int = 1


def _same(data: bytes, written: bytes) -> None:
    if written != data:
        raise AssertionError("what was read writes back to other bytes")


def _note(data: bytes) -> None:
    _same(data, bytes(parse_note(data)))
    parse_note(data, skip_misspelt=True)


def _text(parse: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: parse(data.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode())


def targets(home: Path) -> list[Target]:
    """Give every parser with good bytes."""
    log, cosigner = new_key(ORIGIN), new_key("w.example", COSIGNATURE)
    policy = Policy((Log(log.verifier, "https://example.org"),)).with_witness(Witness("w", cosigner.verifier))
    leaves = [leaf_hash(b"a"), leaf_hash(b"b")]
    checkpoint = Checkpoint(ORIGIN, 2, node_hash(*leaves))
    note = sign_note(checkpoint.text, [log]).signed_also([cosigner.sign(checkpoint.text, 1_800_000_000)])
    proof = Proof(0, (leaves[1],), note, b"extra")
    paper = to_paper(proof, policy)
    request = format_request(0, [], note)
    init_witness(home / "witness", "w.example", [(ORIGIN, log.verifier)])
    witness = WitnessStore(home / "witness")

    def answer(data: bytes) -> None:
        if witness.add_checkpoint(data).status not in (200, 400, 403, 404, 409, 413, 422):
            raise AssertionError("an answer that the protocol does not have")

    def read_policy(data: bytes) -> None:
        parsed = parse_policy(data)
        if parse_policy(parsed.text.encode("utf-8", "surrogateescape")) != parsed:
            raise AssertionError("a policy does not read back")

    return [
        Target("note", _note, [bytes(note), bytes(sign_note("x\n\ny\n", [log]))]),
        Target("vkey", _text(parse_vkey), [str(log.verifier).encode(), str(cosigner.verifier).encode()]),
        Target("private key", _text(parse_key), [format_key(log).encode()]),
        Target("checkpoint", _text(parse_checkpoint), [checkpoint.text.encode(), (checkpoint.text + "ext\n").encode()]),
        Target("receipt", _text(parse_receipt), [Receipt(ORIGIN, 1, leaves[0], 5).text.encode()]),
        Target("proof", lambda data: _same(data, bytes(parse_proof(data))), [bytes(proof)]),
        Target("proof, verified", lambda data: verify_proof(parse_proof(data), b"a", policy), [bytes(proof)]),
        Target("paper", lambda data: verify_proof(from_paper(data, b"a", policy), b"a", policy), [paper]),
        Target("QR text", _text(from_qr_text), [to_qr_text(paper).encode()]),
        Target("policy", read_policy, [policy.text.encode(), b"# c\nlog x\nquorum none\n"]),
        Target("tile", lambda data: parse_hashes(data, Tile(0, 0, 2)), [b"".join(leaves)]),
        Target("tile path", _text(parse_tile_path), [b"tile/0/x001/234.p/17", b"tile/entries/000"]),
        Target(
            "bundle", lambda data: _same(data, encode_bundle(parse_bundle(data))), [encode_bundle([b"a", b"", b"bc"])]
        ),
        Target("witness request", parse_request, [request]),
        Target("witness answer", answer, [request]),
        *_custody(),
    ]


def _custody() -> list[Target]:
    entries = _fuzz_custody.seeds()
    events = [decode_entry(each).data for each in entries]
    return [
        Target("custody entry", _fuzz_custody.read_entry, entries),
        Target("custody event", _fuzz_custody.read_event, events),
        Target("custody fields", _fuzz_custody.run_fields, [b"1"], 10),
        Target("custody state", _fuzz_custody.run_state, [b"1"], 400),
    ]


def mutate(generator: random.Random, seeds: list[bytes]) -> bytes:
    """Change good bytes a little, or now and then a lot."""
    data = bytearray(generator.choice(seeds))
    for _change in range(1 + int(generator.expovariate(0.7))):
        place = generator.randrange(len(data) + 1)
        kind = generator.randrange(7)
        if kind == 0 and data:
            data[place % len(data)] ^= 1 << generator.randrange(8)
        elif kind == 1 and data:
            data[place % len(data)] = generator.randrange(256)
        elif kind == 2:
            data[place:place] = generator.choice(TOKENS)
        elif kind == 3:
            del data[place : place + generator.randrange(1, 40)]
        elif kind == 4:
            data[place:place] = data[generator.randrange(len(data) + 1) :][: generator.randrange(1, 80)]
        elif kind == 5:
            data[place : place + generator.randrange(8)] = generator.randbytes(generator.randrange(8))
        else:
            other = generator.choice(seeds)
            data[place:] = other[generator.randrange(len(other) + 1) :]
    return bytes(data)


def fuzz(target: Target, executions: int, seed: int) -> tuple[int, list[str]]:
    """Run one target; give how many inputs were read, and its faults."""
    generator = random.Random(f"{seed} {target.name}")  # noqa: S311 - cases, not secrets
    read, faults = 0, []
    for number in range(max(1, executions // target.share)):
        data = generator.choice(target.seeds) if number == 0 else mutate(generator, target.seeds)
        try:
            target.parse(data)
            read += 1
        except (InputError, Refused) as error:
            if not str(error):
                faults.append(f"{target.name}: no message for {data!r}")
        except Exception as error:  # noqa: BLE001 - what this program looks for
            faults.append(f"{target.name}: {error!r} for {data!r}")
        if len(faults) > 3:
            break
    return read, faults


def main() -> None:
    """Run every target and print a row for each; exit 1 on a fault."""
    parser = argparse.ArgumentParser(description="Fuzz every parser of the log.")
    parser.add_argument("--executions", type=int, default=20_000, help="inputs for each parser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="name of one parser")
    given = parser.parse_args()
    set_language("en")
    failed = []
    with tempfile.TemporaryDirectory() as home:
        for target in targets(Path(home)):
            if given.only in (None, target.name):
                began = time.monotonic()
                read, faults = fuzz(target, given.executions, given.seed)
                failed += faults
                row = {
                    "parser": target.name,
                    "executions": max(1, given.executions // target.share),
                    "read": read,
                    "faults": len(faults),
                }
                print(json.dumps(row | {"seconds": round(time.monotonic() - began, 1)}), flush=True)
    for fault in failed:
        print(fault, file=sys.stderr)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
