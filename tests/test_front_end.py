"""The parts of the front end: pinned by hash, from nowhere in particular, with licences that allow it."""

from __future__ import annotations

import json
import re

import pytest

FREE = {"ISC", "MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "(MIT OR Apache-2.0)", "0BSD"}


@pytest.fixture
def lock(root):
    return json.loads((root / "package-lock.json").read_text("utf-8"))


def test_no_host_is_named(root):
    for name in ("package.json", "package-lock.json"):
        text = (root / name).read_text("utf-8")
        assert "://" not in text
        assert not re.search(r"registry|resolved|\.(com|org|io|net)\b", text)


def test_everything_is_pinned_by_hash(root, lock):
    wanted = json.loads((root / "package.json").read_text("utf-8"))
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    parts = {path: part for path, part in lock["packages"].items() if path}
    assert {name: parts[f"node_modules/{name}"]["version"] for name in versions} == versions
    assert all(part["integrity"].startswith("sha512-") for part in parts.values())


def test_licences_are_free_and_those_that_are_shipped_are_named(root, lock):
    assert {part["license"] for path, part in lock["packages"].items() if path} <= FREE
    notice = (root / "NOTICE").read_text("utf-8")
    for name, part in lock["packages"][""]["dependencies"].items():
        assert name in notice
        assert part in notice
    assert "Natural Earth" in notice
