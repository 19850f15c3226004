"""The log and the witness as they are served: real sockets on loopback, real processes, exit codes."""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from serentak.base.errors import InputError, Refused
from serentak.base.messages import set_language
from serentak.ledger.cosign import WitnessClient
from serentak.ledger.keys import new_key, sign_note
from serentak.ledger.note import parse_note
from serentak.ledger.policy import Witness as Named
from serentak.ledger.policy import parse_policy
from serentak.ledger.read import read_checkpoint, read_policy
from serentak.ledger.source import FolderSource, HttpSource
from serentak.ledger.tiles import encode_bundle
from serentak.ledger.tree import leaf_hash
from serentak.ledger.verify import verify_log
from serentak.ledger.witness import Witness, init_witness
from serentak.ledger.write import LogWriter, init_log
from serentak.operations.log import append_file, check_log, log_app, new_log, write_proof
from serentak.operations.log_http import App, Server
from serentak.operations.verify import describe, verify
from serentak.operations.witness import new_witness, witness_app

if TYPE_CHECKING:
    from pathlib import Path
from typing import NamedTuple

ORIGIN = "example.org/log"


@pytest.fixture(autouse=True)
def _english():
    set_language("en")
    yield
    set_language("id")


@contextmanager
def serving(app: App, **more):
    server = Server(app, "127.0.0.1", 0, **more)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def pair(tmp_path):
    """A log and the witness it asks, each behind its own server."""
    init_witness(tmp_path / "witness", "bawaslu.example/w", [])
    with Witness(tmp_path / "witness") as witness, serving(witness_app(witness)) as witness_server:
        named = Named("bawaslu", witness.keys[0].verifier, witness_server.address)
        policy = init_log(tmp_path / "log", ORIGIN, (named,))
        witness.know(ORIGIN, policy.logs[0].key)
        with (
            LogWriter(tmp_path / "log", patience=20) as writer,
            serving(log_app(tmp_path / "log", writer)) as server,
        ):
            yield writer, HttpSource(server.address), witness, tmp_path


def test_entries_are_cosigned_and_the_served_log_is_clean(pair):
    writer, source, _witness, home = pair
    for number in range(3):
        status, body, kind = source.request("POST", "add", b"entry %d" % number)
        answer = json.loads(body)
        assert (status, kind, answer["index"]) == (200, "application/json", number)
        assert answer["leaf"] == base64.b64encode(leaf_hash(b"entry %d" % number)).decode()
        assert parse_note(answer["receipt"].encode()).text.startswith("serentak/receipt@v1\n")
        writer.publish()
    report = verify_log(source, read_policy(source))
    assert report.clean
    assert report.quorum
    assert set(report.cosigned) == {"bawaslu"}
    assert parse_note(source.read("witness/bawaslu/checkpoint")).text == read_checkpoint(source).text
    assert writer.trouble == []
    assert check_log(home / "log")["clean"]
    result = verify(source.name)
    assert result["rules"] is None
    assert result["as_of_source"] == "cosignature"
    assert any("self-declared" in line for line in describe(result))


def test_a_batch_keeps_its_order_and_repeats_have_one_place(pair):
    _writer, source, _witness, _home = pair
    status, body, _kind = source.request("POST", "add-batch", encode_bundle([b"a", b"b", b"a"]))
    assert status == 200
    assert [each["index"] for each in json.loads(body)] == [0, 1, 0]
    assert source.request("POST", "add-batch", b"\x00")[0] == 400


def test_what_is_served_and_what_is_not(pair):
    writer, source, _witness, _home = pair
    writer.append(b"x")
    writer.publish()
    for path, status in {
        "checkpoint": 200,
        "policy": 200,
        "health": 200,
        "": 200,
        "verify.html": 200,
        "tile/0/000.p/1": 200,
        "tile/entries/000.p/1": 200,
        "witness/bawaslu/checkpoint": 200,
        "tile/0/000": 404,
        "tile/0/000.p/01": 404,
        "witness/none/checkpoint": 404,
        "witness/../checkpoint": 404,
        "../private/log.key": 404,
        "tile/../../private/log.key": 404,
        "%2e%2e/private/log.key": 404,
        "private/log.key": 404,
    }.items():
        assert source.request("GET", path)[0] == status, path
    assert source.request("POST", "checkpoint", b"")[0] == 404
    assert b"quorum all-witnesses\n</textarea>" in source.read("verify.html")


def test_the_edges_of_http(pair):
    _writer, source, _witness, _home = pair
    address = source.name.removeprefix("http://")
    raw = http.client.HTTPConnection(address, timeout=20)
    raw.putrequest("POST", "/add")
    raw.endheaders()
    assert raw.getresponse().status == 411
    raw.close()
    raw.request("POST", "/add", b"", {"Content-Length": "99999999"})
    assert raw.getresponse().status == 413
    raw.close()
    raw.request("HEAD", "/policy")
    answer = raw.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    raw.request("PUT", "/policy")
    assert raw.getresponse().status == 501
    raw.close()
    assert source.request("POST", "add", bytes(65_536))[0] == 413
    with socket.create_connection((address.split(":")[0], int(address.split(":")[1]))) as other:
        other.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert b"400" in other.recv(1000)


def test_a_fault_inside_is_a_500_and_told_to_the_operator():
    told = []

    def answer(method, path, body):
        raise ZeroDivisionError

    with serving(App(answer, 10), report=told.append) as server:
        assert HttpSource(server.address).request("GET", "x")[0] == 500
    assert "ZeroDivisionError" in told[0]


def test_admission_refuses_with_its_reason(tmp_path):
    init_log(tmp_path / "log", ORIGIN)
    with (
        LogWriter(tmp_path / "log", lambda entry: "no" if b"bad" in entry else None) as writer,
        serving(log_app(tmp_path / "log", writer)) as server,
    ):
        source = HttpSource(server.address)
        status, body, _kind = source.request("POST", "add", b"bad")
        assert (status, json.loads(body)) == (422, {"error": "no"})
        (tmp_path / "entries").write_bytes(b"good\nbad one\nbetter\n")
        result = append_file(server.address, tmp_path / "entries")
        assert [each["index"] for each in result["receipts"]] == [0, 1]
        assert result["refused"] == [{"row": 2, "error": "no"}]


def test_a_stopped_log_says_so(pair):
    writer, source, _witness, _home = pair
    writer._sequencer._refuse_more("the disk is gone")
    assert source.request("POST", "add", b"x")[0] == 503
    assert source.request("GET", "health")[0] == 503


def test_the_witness_server_speaks_the_protocol(pair):
    writer, source, witness, _home = pair
    address = HttpSource(read_policy(source).witnesses[0].url)
    assert address.request("GET", "vkey")[1].decode().strip() == str(witness.keys[0].verifier)
    assert address.request("GET", "add-checkpoint")[0] == 405
    assert address.request("GET", "other")[0] == 404
    digest = sha256(ORIGIN.encode()).hexdigest()
    assert address.request("GET", f"{digest}/checkpoint")[0] == 404
    writer.append(b"x")
    writer.publish()
    status, body, _kind = address.request("GET", f"{digest}/checkpoint")
    assert (status, body) == (200, source.read("witness/bawaslu/checkpoint"))
    body = b"old 0\n\n" + source.read("checkpoint")
    assert address.request("POST", "add-checkpoint", body)[::2] == (409, "text/x.tlog.size")


def test_a_witness_that_comes_late_catches_up_and_one_that_is_away_is_no_hindrance(tmp_path):
    key = new_key("away.example", 4)
    init_log(tmp_path / "log", ORIGIN, (Named("away", key.verifier, "http://127.0.0.1:9"),))
    with LogWriter(tmp_path / "log") as writer:
        writer.append(b"x")
        assert writer.publish()
        assert any("away" in each for each in writer.trouble)
    codes = {each.code for each in verify_log(*opened(tmp_path / "log")).findings}
    assert codes == {"quorum-not-met", "witness-missing"}


def opened(folder: Path):
    source = FolderSource(folder)
    return source, read_policy(source)


def growing(home: Path) -> tuple[Path, Named]:
    """A log of three checkpoints, and a witness for it without an address yet."""
    named = Named("w", new_key("w.example", 4).verifier, "http://127.0.0.1:9")
    init_log(home / "log", ORIGIN)
    with LogWriter(home / "log") as writer:
        for number in range(5):
            writer.append(b"%d" % number)
            writer.publish()
    return home / "log", named


def test_a_client_takes_up_where_the_witness_stands(tmp_path):
    folder, named = growing(tmp_path)
    source, policy = opened(folder)
    note = read_checkpoint(source)
    init_witness(tmp_path / "w", "w.example", [(ORIGIN, policy.logs[0].key)])
    with Witness(tmp_path / "w") as witness, serving(witness_app(witness)) as server:
        vkey = witness.keys[0].verifier
        for held in (0, 3, 0):
            client = WitnessClient(Named("w", vkey, server.address), held, 20)
            if held:
                continue
            assert client.cosign(note, source)
            assert client.trouble is None
        # The witness is further than this client knows: it is told, and asks again.
        assert WitnessClient(Named("w", vkey, server.address), 0, 20).cosign(note, source)
        wrong = WitnessClient(Named("w", named.key, server.address), patience=20)
        assert wrong.cosign(note, source) == ()
        assert wrong.trouble


def test_a_witness_that_lost_its_store_is_noticed_and_never_asked_again(tmp_path):
    folder, _named = growing(tmp_path)
    source, policy = opened(folder)
    init_witness(tmp_path / "w", "w.example", [(ORIGIN, policy.logs[0].key)])
    with Witness(tmp_path / "w") as witness, serving(witness_app(witness)) as server:
        client = WitnessClient(Named("w", witness.keys[0].verifier, server.address), held=4, patience=20)
        assert client.cosign(read_checkpoint(source), source) == ()
        assert "retire" in (client.trouble or "")
        assert not client.due


def test_a_log_that_was_rolled_back_behind_its_witness_is_told(tmp_path):
    folder, _named = growing(tmp_path)
    source, policy = opened(folder)
    key_line = (folder / "private/log.key").read_text()
    shutil.copytree(folder, tmp_path / "ahead")
    with LogWriter(tmp_path / "ahead") as writer:
        writer.append(b"ahead")
        writer.publish()
    ahead = FolderSource(tmp_path / "ahead")
    assert key_line == (tmp_path / "ahead/private/log.key").read_text()
    init_witness(tmp_path / "w", "w.example", [(ORIGIN, policy.logs[0].key)])
    with Witness(tmp_path / "w") as witness, serving(witness_app(witness)) as server:
        named = Named("w", witness.keys[0].verifier, server.address)
        assert WitnessClient(named, patience=20).cosign(read_checkpoint(ahead), ahead)
        client = WitnessClient(named, patience=20)
        assert client.cosign(read_checkpoint(source), source) == ()
        assert "rolled back" in (client.trouble or "")


def test_a_failing_witness_is_given_a_pause(tmp_path):
    folder, named = growing(tmp_path)
    now = [0.0]
    client = WitnessClient(named, clock=lambda: now[0])
    source = FolderSource(folder)
    for pause in (1, 2, 4):
        assert client.due
        client.cosign(read_checkpoint(source), source)
        now[0] += pause - 0.5
        assert not client.due
        now[0] += 0.5
    assert client.due


def test_tls_by_certificate(tmp_path):
    certificate = make_certificate(tmp_path)
    init_log(tmp_path / "log", ORIGIN)
    with (
        LogWriter(tmp_path / "log") as writer,
        serving(log_app(tmp_path / "log", writer), cert=certificate, key=tmp_path / "key.pem") as server,
    ):
        assert server.address.startswith("https://")
        # Not a certificate that anyone vouches for: the client refuses, as it should.
        with pytest.raises(Refused, match="cannot be reached"):
            HttpSource(server.address, 20).read("policy")
        os.environ["SSL_CERT_FILE"] = str(certificate)
        try:
            assert parse_policy(HttpSource(server.address, 20).read("policy"))
        finally:
            del os.environ["SSL_CERT_FILE"]
    with pytest.raises(InputError):
        Server(App(lambda *_: None, 1), "127.0.0.1", 0, cert=tmp_path / "none.pem")


def make_certificate(folder: Path) -> Path:
    import datetime as dt
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem"


def test_an_address_that_is_taken_is_bad_input(pair):
    _writer, source, _witness, _home = pair
    with pytest.raises(InputError):
        Server(App(lambda *_: None, 1), "127.0.0.1", int(source.name.rpartition(":")[2]))


@pytest.mark.parametrize(
    ("data", "encoded", "rows"),
    [
        (b"one\n\ntwo\n", False, [2]),
        (b"one\r\ntwo\xff\n", False, [2]),
        (b"b25l\n!!\nb25l\n?\n", True, [2, 4]),
    ],
)
def test_every_bad_line_of_a_file_is_named(tmp_path, data, encoded, rows):
    new_log(tmp_path / "log", ORIGIN)
    (tmp_path / "entries").write_bytes(data)
    with pytest.raises(InputError) as caught:
        append_file(str(tmp_path / "log"), tmp_path / "entries", encoded=encoded)
    assert [problem.row for problem in caught.value.problems] == rows


def test_a_policy_given_is_the_one_that_counts(tmp_path):
    result = new_log(tmp_path / "log", ORIGIN)
    (tmp_path / "policy").write_text(f"log {result['vkey']}\nquorum none\n")
    (tmp_path / "other").write_text(f"log {new_key(ORIGIN).verifier}\nquorum none\n")
    assert verify(str(tmp_path / "log"), tmp_path / "policy")["clean"]
    assert not verify(str(tmp_path / "log"), tmp_path / "other")["clean"]
    for wrong in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError):
            verify(str(tmp_path / "log"), wrong)
    with pytest.raises(InputError):
        verify(str(tmp_path))


class Rules:
    name = "custody"

    def __init__(self):
        self.taken = []

    def begins(self, entry):
        return entry == b"genesis"

    def take(self, index, entry):
        self.taken.append((index, entry))

    def findings(self, as_of):
        return [{"as_of": as_of}] if len(self.taken) > 2 else []

    def newest(self):
        return 7


def test_rules_of_a_room_above_are_applied_where_entry_0_begins_them(tmp_path):
    new_log(tmp_path / "log", ORIGIN)
    (tmp_path / "entries").write_bytes(b"genesis\nsecond\n")
    append_file(str(tmp_path / "log"), tmp_path / "entries")
    rules = Rules()
    result = verify(str(tmp_path / "log"), rules=[rules], at=5)
    assert (result["rules"], result["clean"], rules.taken) == ("custody", True, [(0, b"genesis"), (1, b"second")])
    (tmp_path / "entries").write_bytes(b"third\n")
    append_file(str(tmp_path / "log"), tmp_path / "entries")
    result = verify(str(tmp_path / "log"), rules=[Rules()], at=5)
    assert (result["entry_findings"], result["clean"], result["as_of_source"]) == ([{"as_of": 5}], False, "given")
    assert "custody" in "".join(describe(result))


def test_a_proof_is_written_as_text_and_for_paper(tmp_path):
    new_log(tmp_path / "log", ORIGIN)
    (tmp_path / "entries").write_bytes(b"one\ntwo\n")
    append_file(str(tmp_path / "log"), tmp_path / "entries")
    entry, proof = write_proof(str(tmp_path / "log"), 1, None, compact=False)
    assert (entry, proof.startswith(b"c2sp.org/tlog-proof@v1\n")) == (b"two", True)
    assert write_proof(str(tmp_path / "log"), 1, None, compact=True)[1].startswith(b"SP1:")
    with pytest.raises(InputError):
        write_proof(str(tmp_path / "log"), 2, None, compact=False)


@pytest.mark.parametrize("logs", [("nonsense",), ("a b c",)])
def test_a_witness_refuses_what_is_no_log(tmp_path, logs):
    with pytest.raises(InputError):
        new_witness(tmp_path / "w", "w.example", logs)
    with pytest.raises(InputError):
        new_log(tmp_path / "log", ORIGIN, logs)


MOUNTED = """
import sys
from serentak import cli
from serentak.cli_log import log_app, verify_command, witness_app
if not any(group.name == "log" for group in cli.app.registered_groups):
    cli.app.add_typer(log_app, name="log")
    cli.app.add_typer(witness_app, name="witness")
    cli.app.command("verify")(verify_command)
cli.main()
"""


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def serentak(*words: object) -> Done:
    """Run a verb in this process: its exit code and what it printed."""
    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["serentak", *map(str, words), "--lang", "en"]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            exec(MOUNTED, {})  # noqa: S102 - this file's own lines, as the processes below run them
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = argv
    return Done(code, out.getvalue(), err.getvalue())


def command(*words: object) -> list[str]:
    return [sys.executable, "-c", MOUNTED, *map(str, words)]


def environment() -> dict[str, str]:
    return {**os.environ, "SERENTAK_LANG": "en", "PYTHONIOENCODING": "utf-8"}


@contextmanager
def process(*words: object):
    """A verb that serves, until it is told to end."""
    running = subprocess.Popen(command(*words, "--json"), stdout=subprocess.PIPE, text=True, env=environment())
    try:
        yield json.loads(running.stdout.readline())["address"]
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
        running.stdout.close()


def test_the_verbs_from_end_to_end(tmp_path):
    log, witness = tmp_path / "log", tmp_path / "witness"
    made = serentak("witness", "init", witness, "--name", "w.example", "--json")
    assert made.returncode == 0, made.stderr
    vkey = json.loads(made.stdout)["vkeys"][0]
    with process("witness", "serve", witness, "--port", "0") as address:
        made = serentak("log", "init", log, "--origin", ORIGIN, "--witness", f"w {vkey} {address}", "--json")
        assert made.returncode == 0, made.stderr
        assert "404" in made.stderr  # the witness does not know this log yet
        log_key = json.loads(made.stdout)["vkey"]
    (tmp_path / "entries").write_text("one\ntwo\nthree\n")
    port = address.rpartition(":")[2]
    with process("witness", "serve", witness, "--port", port, "--log", log_key):
        assert serentak("log", "append", log, tmp_path / "entries").returncode == 0
        with process("log", "serve", log, "--port", "0") as served:
            assert serentak("log", "append", log, tmp_path / "entries").returncode == 1  # it is open elsewhere
            assert serentak("log", "append", served, tmp_path / "entries").returncode == 0
            checked = serentak("verify", served, "--json")
            assert checked.returncode == 0, checked.stdout
            assert json.loads(checked.stdout)["cosigned"].keys() == {"w"}
            assert serentak("log", "serve", tmp_path / "none").returncode == 1
    assert serentak("log", "fsck", log).returncode == 0
    proof = serentak("log", "proof", log, "1", "-o", tmp_path / "p", "--entry", tmp_path / "e", "--paper")
    assert proof.returncode == 0, proof.stderr
    assert (tmp_path / "e").read_bytes() == b"two"
    assert "clean" in serentak("verify", log, "--policy", log / "public/policy").stdout.lower()
    bundle = log / "public/tile/entries/000.p/3"
    bundle.write_bytes(bundle.read_bytes().replace(b"two", b"owt"))
    found = serentak("verify", log)
    assert (found.returncode, "entry-altered" in found.stdout) == (1, True)
    assert serentak("log", "fsck", log).returncode == 1
    assert serentak("verify", tmp_path / "none").returncode == 2
    assert serentak("log", "init", log, "--origin", ORIGIN).returncode == 1


def test_a_note_signed_elsewhere_is_not_published_by_mistake(tmp_path):
    """A checkpoint file that another key signed is replaced, and does not stop the log."""
    new_log(tmp_path / "log", ORIGIN)
    text = read_checkpoint(FolderSource(tmp_path / "log")).text
    forged = sign_note(text.replace("\n0\n", "\n9\n"), [new_key(ORIGIN)])
    (tmp_path / "log/public/checkpoint").write_bytes(bytes(forged))
    with LogWriter(tmp_path / "log") as writer:
        writer.append(b"x")
        writer.publish()
    assert verify(str(tmp_path / "log"))["clean"]
