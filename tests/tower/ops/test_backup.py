"""The drill: serve, write, back up while it runs, destroy, restore, and compare."""

from __future__ import annotations

import io
import json
import shutil
import stat
import tarfile

import pytest
from tests.tower.ops.conftest import ask, database_of, query, until
from typer.testing import CliRunner

from serentak.base.errors import InputError, Refused
from serentak.cli import app
from serentak.ledger.tiles import encode_bundle
from serentak.operations.log import check_log


def run(*words):
    return CliRunner().invoke(app, [*map(str, words), "--lang", "en"])


def said(*words):
    """Give the answer of a verb as plain data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database_of(words[words.index("--home") + 1]))
        result = CliRunner().invoke(app, [*map(str, words), "--json"], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout)


def rows(home, *tables):
    return {table: query(home, f"SELECT * FROM {table} ORDER BY 1") for table in tables}  # noqa: S608


def followed(home):
    return [row[0] for row in query(home, "SELECT entries FROM boxes_log WHERE district <> ''")]


@pytest.fixture(scope="module")
def site(start, small):
    begun = start()
    begun.manage("demo", "district", str(small[0]), SERENTAK_DEMO="1")
    half = small[1][: len(small[1]) // 2]
    until(lambda: ask(begun.log, "POST", "/add-batch", encode_bundle(half))[0] == 200)
    until(lambda: followed(begun.home) == [len(half)], "the projection")
    return begun


@pytest.fixture(scope="module")
def copy(site, tmp_path_factory):
    """Back the running site up."""
    file = tmp_path_factory.mktemp("backup") / "situs.tar.gz"
    code, told = said("backup", file, "--home", site.home)
    assert code == 0
    return file, told


def test_a_backup_is_its_owners_alone_and_holds_no_witness(copy, site):
    file, told = copy
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert ("database.dump" if database_of(site.home) else "web/serentak.sqlite3") in names
    assert {"web/secret.key", "web/fields.key", "log/private/log.sqlite",
            "log/private/log.key", "log/public/checkpoint", "serve.json"} <= set(names)  # fmt: skip
    assert not any(name.startswith(("witness", "logs")) for name in names)
    assert any(name.startswith("plans/") and name.endswith("plan.json") for name in names)
    assert told["files"] == len(names) - 1
    result = run("backup", file, "--home", site.home)
    assert isinstance(result.exception, InputError)


def test_what_was_served_and_destroyed_comes_back_and_goes_on(copy, site, start, small, tmp_path):
    file, told = copy
    home = tmp_path / "home"
    # The witness still runs, and vouches that the log took nothing after the backup.
    assert said("restore", file, "--home", home) == (0, {
        "home": str(home), "made_at": _made_at(file), "files": told["files"],
        "entries": told["entries"]})  # fmt: skip
    tables = ("regions_station", "boxes_box", "boxes_load", "access_user", "plans_plan")
    assert rows(home, *tables) == rows(site.home, *tables)
    assert check_log(home / "log")["clean"]
    for name in ("web/secret.key", "web/fields.key", "log/private/log.key"):
        assert (home / name).read_bytes() == (site.home / name).read_bytes()
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "log/private").stat().st_mode) == 0o700

    # Destroyed: the machine, with the witness that ran on it for the demonstration.
    assert site.end() == 0
    shutil.rmtree(site.home)
    again = start("--port", "0", home=home)
    rest = small[1][len(small[1]) // 2 :]
    until(lambda: ask(again.log, "POST", "/add-batch", encode_bundle(rest))[0] == 200)
    until(lambda: followed(home) == [len(small[1])], "the projection")
    assert again.end() == 0
    assert check_log(home / "log")["size"] == len(small[1])


def _made_at(file):
    with tarfile.open(file) as tar:
        return json.load(tar.extractfile("backup.json"))["made_at"]


def test_a_log_that_may_have_gone_on_is_not_restored_without_a_word(copy, tmp_path):
    # Nobody answers any more: whether entries came after the backup, nobody can say.
    file, told = copy
    result = run("restore", file, "--home", tmp_path / "home")
    assert isinstance(result.exception, Refused)
    assert "--nothing-after" in str(result.exception)
    assert not (tmp_path / "home").exists()
    assert said("restore", file, "--home", tmp_path / "one", "--nothing-after")[1]["entries"] == told["entries"]
    assert said("restore", file, "--home", tmp_path / "two", "--without-log")[1]["entries"] is None
    assert not (tmp_path / "two" / "log").exists()
    assert (tmp_path / "two" / "web" / "secret.key").exists()


def test_a_log_of_which_a_witness_has_seen_more_is_never_restored(copy, tmp_path, monkeypatch):
    from serentak.tower.ops import backup

    file, told = copy
    monkeypatch.setattr(backup, "witness_holds", lambda _witness, _origin: told["entries"] + 1)
    result = run("restore", file, "--home", tmp_path / "home", "--nothing-after")
    assert isinstance(result.exception, Refused)
    assert str(told["entries"] + 1) in str(result.exception)
    assert not (tmp_path / "home").exists()


def test_nothing_is_restored_over_something_or_from_half_a_file(copy, tmp_path):
    file, _told = copy
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    assert isinstance(run("restore", file, "--home", tmp_path / "full").exception, InputError)
    half = tmp_path / "half.tar.gz"
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    for wrong in (half, tmp_path / "full" / "x", tmp_path / "nowhere.tar"):
        assert isinstance(run("restore", wrong, "--home", tmp_path / "home").exception, InputError)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("name", ["../outside", "web/../../outside", "/etc/outside", "somewhere/else"])
def test_a_backup_that_would_write_elsewhere_is_refused(tmp_path, name):
    file = tmp_path / "bad.tar"
    with tarfile.open(file, "w") as tar:
        info = tarfile.TarInfo(name)
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    assert isinstance(run("restore", file, "--home", tmp_path / "home").exception, InputError)
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "outside").exists()


def test_a_changed_file_is_noticed(copy, tmp_path):
    file, _told = copy
    changed = tmp_path / "changed.tar"
    with tarfile.open(file) as old, tarfile.open(changed, "w") as new:
        for member in old.getmembers():
            data = old.extractfile(member).read()
            if member.name == "web/secret.key":
                data = data[:-2] + b"x\n"
            new.addfile(member, io.BytesIO(data))
    result = run("restore", changed, "--home", tmp_path / "home", "--nothing-after")
    assert "web/secret.key" in str(result.exception)


def test_where_there_is_no_site_there_is_nothing_to_copy(tmp_path):
    result = run("backup", tmp_path / "x.tar", "--home", tmp_path / "none")
    assert isinstance(result.exception, InputError)
    assert not (tmp_path / "none").exists()
