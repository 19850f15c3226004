from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import maps
from serentak.base.errors import InputError
from serentak.operations import network_file
from serentak.operations.network_file import REFERENCE, find_network, references
from serentak.operations.workspace import copy_input, input_sha256

LINES = [([(106.8, -6.2), (106.801, -6.2)], {"highway": "residential"})]


@pytest.fixture
def district(tmp_path) -> Path:
    folder = tmp_path / "district"
    folder.mkdir()
    (folder / "district.toml").write_text("code = 1", encoding="utf-8")
    return folder


@pytest.fixture
def small_limit(monkeypatch):
    """Call any network too large to be copied."""
    monkeypatch.setattr(network_file, "LARGEST_COPY", 10)


def add(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text(f"content of {name}", encoding="utf-8")


def test_no_network(district):
    assert find_network(district) is None
    add(district, "network.txt", "network.dbf", "networks.geojson", "my.network.gpkg", "hazards.geojson")
    assert find_network(district) is None


def test_a_shapefile_with_what_lies_beside_it_is_one_network(district, tmp_path):
    names = ("network.shp", "network.shx", "network.dbf", "network.prj", "network.cpg")
    add(district, *names)
    found = find_network(district)
    assert found == district / "network.shp"
    copy_input(district, tmp_path / "input")
    assert {path.name for path in (tmp_path / "input").iterdir()} == {*names, "district.toml"}


def test_two_networks(district, english):
    add(district, "network.geojson", "network.osm.pbf")
    with pytest.raises(InputError, match=r"two networks: network.geojson, network.osm.pbf"):
        find_network(district)


def test_a_large_network_is_noted_and_counts_as_if_it_were_there(district, tmp_path, monkeypatch):
    add(district, "network.shp", "network.dbf")
    copy_input(district, tmp_path / "whole")
    monkeypatch.setattr(network_file, "LARGEST_COPY", 10)
    copy_input(district, tmp_path / "noted")
    assert {path.name for path in (tmp_path / "noted").iterdir()} == {"district.toml", REFERENCE}
    assert find_network(tmp_path / "noted") == district / "network.shp"
    assert input_sha256(tmp_path / "noted") == input_sha256(tmp_path / "whole")
    copy_input(tmp_path / "noted", tmp_path / "again")
    assert find_network(tmp_path / "again") == district / "network.shp"


def test_a_noted_network_that_moved_or_changed(district, tmp_path, small_limit, english):
    add(district, "network.geojson")
    noted = tmp_path / "noted"
    copy_input(district, noted)
    before = input_sha256(noted)
    (district / "network.geojson").write_text("content of network.geojsoN", encoding="utf-8")
    with pytest.raises(InputError, match="changed since"):
        find_network(noted)
    (district / "network.geojson").unlink()
    with pytest.raises(InputError, match="no longer where"):
        find_network(noted)
    add(noted, "network.geojson")  # whoever has the file puts it beside the note
    assert find_network(noted) == noted / "network.geojson"
    assert input_sha256(noted) == before
    add(noted, "network.gpkg")
    with pytest.raises(InputError, match="two networks"):
        find_network(noted)


def test_a_note_may_be_written_by_hand(district, tmp_path):
    maps.geojson(tmp_path / "roads.geojson", LINES)
    size, sha256 = (tmp_path / "roads.geojson").stat().st_size, network_file.sha256_of(tmp_path / "roads.geojson")
    note = f'[[file]]\nname = "network.geojson"\npath = "../roads.geojson"\nbytes = {size}\nsha256 = "{sha256}"\n'
    (district / REFERENCE).write_text(note, encoding="utf-8")
    found = find_network(district)
    assert found is not None
    assert found.samefile(tmp_path / "roads.geojson")
    shutil.copytree(district, tmp_path / "deeper" / "district")
    copy_input(district, tmp_path / "deeper" / "input")
    assert Path(references(tmp_path / "deeper" / "input")[0].path).samefile(found)


@pytest.mark.parametrize(
    "text", ["", "file = 3", "[[file]]\nname = 'x'", "[[file]", '[[file]]\nname="a.txt"\npath="a"\nbytes=1\nsha256="0"']
)
def test_bad_notes(district, text):
    (district / REFERENCE).write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        find_network(district)
