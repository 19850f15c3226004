"""The offline page judges as the Python verifier does: the same vectors, in Debian's Chromium, by both engines."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import random
import re
import shutil
import subprocess
from importlib.resources import files

import pytest

from serentak.base.errors import InputError, Refused
from serentak.ledger.checkpoint import Checkpoint
from serentak.ledger.keys import new_key, sign_note
from serentak.ledger.note import COSIGNATURE
from serentak.ledger.paper_proof import from_paper, from_qr_text, to_paper, to_qr_text
from serentak.ledger.policy import Log, Policy, Witness, parse_policy
from serentak.ledger.proof import Proof, parse_proof, verify_proof
from serentak.ledger.tree import inclusion_path, leaf_hash, perfect_root, root_at

PAGE = files("serentak.ledger").joinpath("verify.html")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--virtual-time-budget=60000", "--dump-dom",
]  # fmt: skip
ORIGIN = "example.org/log"
LOG = new_key(ORIGIN)
WITNESSES = [new_key(f"w{number}.example", COSIGNATURE) for number in range(3)]
NAMED = [Witness(f"w{number}", key.verifier) for number, key in enumerate(WITNESSES)]
RUN = """
const pre = document.createElement("pre");
pre.id = "outcome";
document.body.append(pre);
const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
(async () => {
  const outcome = [];
  for (const [policy, entry, proof] of VECTORS) {
    const row = [];
    for (const engine of ["browser", "page"]) {
      try {
        const facts = await serentak.check(policy, bytes(entry), proof, engine);
        row.push([true, String(facts.index), String(facts.size), facts.root, facts.used]);
      } catch (error) {
        row.push([false, error instanceof serentak.Refusal ? error.code : "FAULT " + error]);
      }
    }
    outcome.push(row);
  }
  pre.textContent = JSON.stringify(outcome);
})();
"""


def vectors() -> list[tuple[str, bytes, str]]:
    """Policy, entry and proof: good ones, and good ones changed in a place or two."""
    policy = Policy((Log(LOG.verifier),)).with_witness(NAMED[0]).with_witness(NAMED[1])
    alone = Policy((Log(LOG.verifier),), tuple(NAMED))
    generator = random.Random(5)  # noqa: S311 - cases, not secrets
    made = []
    for size in (1, 2, 3, 100, 257):
        entries = [b"entry %d \xc3\xa9" % number for number in range(size)]
        leaves = [leaf_hash(entry) for entry in entries]

        def node(level: int, number: int, leaves=leaves) -> bytes:
            return perfect_root(leaves[number << level : (number + 1) << level])

        text = Checkpoint(ORIGIN, size, root_at(size, node)).text
        for index in {0, size // 2, size - 1}:
            note = sign_note(text, [LOG])
            for cosigners in ([], WITNESSES[:1], WITNESSES[:2], WITNESSES):
                signed = note.signed_also(key.sign(text, 1_800_000_000) for key in cosigners)
                proof = Proof(index, tuple(inclusion_path(index, size, node)), signed, b"x" if index else None)
                for believed in (policy, alone):
                    made.append((believed.text, entries[index], bytes(proof).decode()))
                    made.append((believed.text, entries[index], to_qr_text(to_paper(proof, believed))))
    good = list(made)
    for _case in range(220):
        believed, entry, proof = generator.choice(good)
        which = generator.randrange(8)
        if which == 0:
            entry = entry + b"!"
        elif which == 1:
            place = generator.randrange(len(believed))
            believed = believed[:place] + generator.choice("AB+/= \n#x0") + believed[place + 1 :]
        else:
            place = generator.randrange(len(proof))
            proof = proof[:place] + generator.choice("AB+/=0159 \n—:$") + proof[place + generator.randrange(2) :]
        made.append((believed, entry, proof))
    other = Policy((Log(new_key(ORIGIN).verifier),)).text
    return [*made, (other, good[0][1], good[0][2]), ("", b"", ""), ("quorum none\n", b"", "SP1:AAA")]


def judged(policy: str, entry: bytes, proof: str) -> bool:
    try:
        believed = parse_policy(policy.encode())
        if proof.strip().startswith("SP1:"):
            whole = from_paper(from_qr_text(proof.strip()), entry, believed)
        else:
            whole = parse_proof(proof.encode())
        verify_proof(whole, entry, believed)
    except (InputError, Refused):
        return False
    return True


def in_chromium(page: str, folder) -> str:
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    path = folder / "page.html"
    path.write_text(page, "utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_page_and_python_judge_alike(tmp_path):
    cases = vectors()
    data = json.dumps([[policy, base64.b64encode(entry).decode(), proof] for policy, entry, proof in cases])
    script = f"<script>const VECTORS = {data.replace('<', chr(92) + 'u003c')};{RUN}</script></body>"
    dom = in_chromium(PAGE.read_text("utf-8").replace("</body>", script), tmp_path)
    outcome = json.loads(html.unescape(re.search(r'<pre id="outcome">(.*?)</pre>', dom, re.DOTALL)[1]))
    expected = [judged(*case) for case in cases]
    assert 30 < sum(expected) < len(cases) - 100
    for case, holds, (browser, page) in zip(cases, expected, outcome, strict=True):
        assert [browser[0], page[0]] == [holds, holds], (case, browser, page)
        assert browser[:4] == page[:4]
        assert not str(browser[1]).startswith("FAULT")
        if holds:
            assert (browser[4], page[4]) == (["WebCrypto"], ["noble-ed25519"])


def test_a_person_checks_a_proof_in_both_languages(tmp_path):
    policy, entry, proof = next(case for case in vectors() if judged(*case))
    script = f"""<script>
    const set = (id, text) => {{ document.getElementById(id).value = text; }};
    set("policy", {json.dumps(policy)}); set("entry", {json.dumps(entry.decode())}); set("proof", {json.dumps(proof)});
    document.getElementById("check").click();
    setTimeout(() => {{
      const pre = document.createElement("pre");
      pre.id = "first";
      pre.textContent = document.getElementById("verdict").textContent + "|" + document.title;
      document.body.append(pre);
      document.getElementById("language").click();
    }}, 500);
    </script></body>"""
    dom = in_chromium(PAGE.read_text("utf-8").replace("</body>", script), tmp_path)
    assert "TERBUKTI|Periksa bukti" in dom
    assert '<p id="verdict">PROVEN</p>' in dom
    assert '<html lang="en">' in dom


def test_every_sentence_is_there_in_both_languages():
    text = PAGE.read_text("utf-8")
    blocks = [
        re.search(rf"^    {language}: \{{(.*?)^    \}},", text, re.DOTALL | re.MULTILINE)[1]
        for language in ("id", "en")
    ]
    keys = [re.findall(r'(?:^|[,{])\s*([a-zA-Z_]+): "', block, re.MULTILINE) for block in blocks]
    assert keys[0] == keys[1]
    assert len(keys[0]) > 30
    used = set(re.findall(r'data-(?:say|label)="(\w+)"', text))
    assert used <= set(keys[0])


def test_the_page_reaches_for_nothing_outside_itself():
    text = PAGE.read_text("utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=", text)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|import)\s*\(", text)


def test_the_library_in_the_page_is_the_one_that_was_recorded(root):
    block = re.search(r'<script id="noble">\n(.*?)</script>', PAGE.read_text("utf-8"), re.DOTALL)[1]
    digest = hashlib.sha256(block.encode()).hexdigest()
    assert digest in (root / "docs/decisions/0022-ledger-verifier-page.md").read_text("utf-8")
