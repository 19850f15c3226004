"""The guides about custody are tried word by word: every command runs, ends as it says, and prints what is shown."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from serentak.base.messages import set_language
from serentak.cli import main

HOW_TO = Path(__file__).resolve().parents[1] / "docs/how-to"
PAGES = (
    "kpu-mengumumkan-rencana", "bawaslu-memeriksa-serah-terima", "saksi-memeriksa-satu-kotak",
    "warga-memeriksa-satu-kotak",
)  # fmt: skip
BLOCK = re.compile(r"<!-- coba -->\n```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)


def blocks(name):
    """Give the commands of a page with the exit code that each announces, and the lines shown under them."""
    for commands, shown in BLOCK.findall((HOW_TO / f"{name}.md").read_text(encoding="utf-8")):
        lines = [line.partition("#") for line in commands.splitlines()]
        announced = [(words.strip(), int((re.search(r"\d", said) or "0")[0])) for words, _hash, said in lines]
        yield announced, shown.splitlines()


def run(words, capsys, monkeypatch):
    program, *arguments = shlex.split(words)
    assert program == "serentak"
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code or 0, capsys.readouterr()


@pytest.mark.parametrize("name", PAGES)
def test_every_command_of_the_page_does_what_the_page_says(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    set_language("id")
    tried = 0
    for commands, shown in blocks(name):
        printed = []
        for words, code in commands:
            ended, said = run(words, capsys, monkeypatch)
            assert ended == code, f"{words}\n{said.out}{said.err}"
            printed += said.out.splitlines()
            tried += 1
        at = 0
        for line in shown:
            assert line in printed[at:], f"{commands}: {line}\n" + "\n".join(printed)
            at = printed.index(line, at) + 1
    assert tried > 5
