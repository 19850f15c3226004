"""Nothing that is handed over gets outside its folder, grows without bounds, or opens other files."""

from __future__ import annotations

import contextlib
import stat
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.tower.plans.conftest import zipped

from serentak.base.errors import InputError
from serentak.tower.plans import unpack as room
from serentak.tower.plans.unpack import unpack


@pytest.fixture
def packed(tmp_path):
    def make(files):
        path = tmp_path / "unggahan.zip"
        path.write_bytes(files if isinstance(files, bytes) else zipped(files))
        return path

    return make


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "dalam/daerah"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    "name",
    ["../luar.csv", "a/../../luar.csv", "/etc/luar.csv", "a\\..\\luar.csv", "C:luar.csv", "a/b/c/d.csv",
     ".tersembunyi.csv", "a/.git/x.csv", "jahat.py", "network.vrt", "network.ref.toml", "x\x00.csv",
     "x\n.csv", "b" * 130 + ".csv"],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(packed, target, name):
    with pytest.raises(InputError) as caught:
        unpack(packed({name: "x", "stations.csv": "y"}), target)
    assert caught.value.problems[0].file == "unggahan.zip"
    assert not list(target.iterdir())
    assert not list(target.parent.parent.glob("*.csv"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    names=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30), max_size=4
    )
)
def test_whatever_the_names_nothing_lands_outside(tmp_path_factory, names):
    root = tmp_path_factory.mktemp("kotak")
    (root / "in").mkdir()
    (root / "u.zip").write_bytes(zipped({f"{name}.csv": "x" for name in names}))
    with contextlib.suppress(InputError):
        unpack(root / "u.zip", root / "in")
    assert {path.name for path in root.iterdir()} == {"in", "u.zip"}


def test_links_are_refused(packed, target, tmp_path):
    path = tmp_path / "unggahan.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("stations.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InputError):
        unpack(path, target)
    source = tmp_path / "folder"
    source.mkdir()
    (source / "stations.csv").symlink_to("/etc/passwd")
    with pytest.raises(InputError):
        unpack(source, target)
    assert not list(target.iterdir())


def test_a_bomb_does_not_go_off(packed, target, monkeypatch):
    with pytest.raises(InputError, match="200"):
        unpack(packed({"stations.csv": b"0" * 5_000_000}), target)
    monkeypatch.setattr(room, "LARGEST_FOLDER", 1000)
    monkeypatch.setattr(room, "_see_the_sizes", lambda *_: None)
    with pytest.raises(InputError):
        unpack(packed({"a.csv": "x" * 600, "b.csv": "y" * 600}), target)
    assert sum(path.stat().st_size for path in target.iterdir()) <= 1000


def test_too_many_files_are_refused(packed, target):
    with pytest.raises(InputError, match="500"):
        unpack(packed({f"{n}.csv": "" for n in range(501)}), target)


def test_what_is_no_archive_is_said(packed, target):
    with pytest.raises(InputError):
        unpack(packed(b"PK\x03\x04 and then nothing"), target)


@pytest.mark.parametrize("file", ["../../web/secret.key", "/etc/passwd", "a/b.csv", "..\\x.csv"])
def test_a_layer_names_only_its_neighbours(packed, target, file):
    with pytest.raises(InputError, match=r"layers\.file"):
        unpack(packed({"hazards.toml": f"[[layers]]\nfile = '{file}'\n"}), target)


def test_a_file_of_another_kind_under_the_name_of_a_map_is_refused(packed, target):
    with pytest.raises(InputError):
        unpack(packed({"network.gpkg": "<OGRVRTDataSource></OGRVRTDataSource>"}), target)


def test_one_folder_around_all_is_taken_off(packed, target):
    unpack(packed({"kecil/stations.csv": "x", "kecil/sub/a.csv": "y", "__MACOSX/kecil/._a": "z"}), target)
    assert (target / "stations.csv").read_text() == "x"
    assert (target / "sub/a.csv").read_text() == "y"
