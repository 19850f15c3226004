from __future__ import annotations

import shutil
import warnings

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import maps
from maps import geojson, kmh, usable
from serentak.base.errors import InputError
from serentak.travel.network import read_network

A, B, C, D = (106.80, -6.20), (106.801, -6.20), (106.802, -6.20), (106.802, -6.201)
ROAD = {"highway": "residential"}


def write(path, lines, crs="EPSG:4326", layer=None, **columns):
    """Write a file of a GIS with GDAL."""
    import pyogrio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path,
            np.array([shapely.to_wkb(line) for line in lines], dtype=object),
            [np.array(values) for values in columns.values()],
            list(columns),
            geometry_type="Unknown" if len({line.geom_type for line in lines}) > 1 else lines[0].geom_type,
            crs=crs,
            layer=layer,
            append=path.exists(),
        )
    return path


def refused(path):
    with pytest.raises(InputError) as caught:
        read_network(path)
    (problem,) = caught.value.problems
    assert problem.file == path.name
    assert problem.remedy
    return problem.message + (f" [{problem.value}]" if problem.value else "")


def test_geojson(tmp_path):
    path = geojson(
        tmp_path / "network.geojson",
        [([A, B, C], {"Highway": "Primary", "NAME": "Jalan Satu", "oneway": "yes"}),
         ([B, D], {"Highway": "residential", "maxspeed": 10})],
    )  # fmt: skip
    graph, problems = maps.read(path)
    assert not list(problems)
    assert usable(graph, "truck") == {(A, B), (B, C), (B, D), (D, B)}
    assert kmh(graph, "truck") == {30, 10}
    assert graph.names == ("", "Jalan Satu")


def test_columns_of_many_sources(tmp_path):
    for number, (columns, expected) in enumerate(
        [
            ({"fclass": "residential", "oneway": "B"}, {(A, B), (B, A)}),  # Geofabrik
            ({"fclass": "residential", "oneway": "F", "maxspeed": 0, "osm_id": "12"}, {(A, B)}),
            ({"fclass": "track_grade1", "oneway": "T"}, {(B, A)}),
            ({"TYPE": "residential", "ONEWAY": "-1"}, {(B, A)}),
            ({"REMARK": "Jalan Lokal", "NAMOBJ": "Jalan Desa"}, {(A, B), (B, A)}),  # Badan Informasi Geospasial
            ({"kelas": "jalan kolektor", "satu_arah": "ya"}, {(A, B)}),
            ({"other_tags": '"highway"=>"residential","oneway"=>"yes"'}, {(A, B)}),  # ogr2ogr
            ({"highway": "residential", "oneway": False}, {(A, B), (B, A)}),
            ({"highway": "residential", "oneway": "F"}, {(A, B), (B, A)}),
            ({"highway": "footway", "name": None}, set()),
            ({"waterway": "river"}, set()),
        ]
    ):
        path = geojson(tmp_path / f"{number}.geojson", [([A, B], columns), ([B, C], columns)])
        graph, problems = maps.read(path)
        assert {arc for arc in usable(graph, "truck") if set(arc) == {A, B}} == expected, columns
        assert not problems.warnings


def test_numbers_of_openstreetmap_are_kept_where_the_file_has_them(tmp_path):
    path = geojson(
        tmp_path / "network.geojson", [([A, B], ROAD | {"osm_id": "4711"}), ([B, C], ROAD | {"osm_id": "x"})]
    )
    assert sorted(maps.read(path)[0].source.tolist()) == [1, 4711]


def test_multilines_heights_and_other_shapes(tmp_path, english):
    path = geojson(
        tmp_path / "network.geojson",
        [([[A, B], [B, C]], ROAD), ([(*C, 12.5), (*D, 99)], ROAD), (A, ROAD), ([A, A], ROAD)],
    )  # fmt: skip
    graph, problems = maps.read(path)
    assert usable(graph, "truck") == {(A, B), (B, A), (B, C), (C, B), (C, D), (D, C)}
    assert graph.metres.tolist() == [111, 111, 111]
    assert sorted(problem.message.split(" ", 1)[1] for problem in problems) == [
        "features are no lines; they are left out", "stretches of way have no length; they are left out",
    ]  # fmt: skip


def test_projected_coordinates_are_turned_into_degrees(tmp_path):
    import pyproj

    utm = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32748", always_xy=True)
    lines = [shapely.LineString([utm.transform(*A), utm.transform(*B), utm.transform(*C)])]
    for name in ("network.gpkg", "network.shp"):
        graph, _problems = maps.read(write(tmp_path / name, lines, "EPSG:32748", highway=["residential"]))
        assert usable(graph, "truck") == {(A, C), (C, A)}
        assert graph.metres.tolist() == [221]


def test_all_layers_of_lines_are_read(tmp_path):
    path = tmp_path / "network.gpkg"
    write(path, [shapely.LineString([A, B])], layer="roads", fclass=["residential"])
    write(path, [shapely.LineString([B, C])], layer="waterways", fclass=["river"])
    write(path, [shapely.Point(A)], layer="pois", fclass=["school"])
    graph, problems = maps.read(path)
    assert usable(graph, "truck") == {(A, B), (B, A)}
    assert usable(graph, "boat") == {(B, C), (C, B)}
    assert not list(problems)


def test_bad_files(tmp_path, english):
    line = shapely.LineString([A, B])
    shape = write(tmp_path / "network.shp", [line], highway=["residential"])
    shape.with_suffix(".prj").unlink()
    said = refused(shape)
    assert "coordinate system" in said
    assert ".prj" in said
    assert "coordinate system" in refused(write(tmp_path / "none.gpkg", [line], None, highway=["primary"]))
    swapped = [([(lat, lon) for lon, lat in (A, B)], ROAD)]
    assert "swapped" in refused(geojson(tmp_path / "swapped.geojson", swapped))
    metres = [([(702_000, 9_314_000), (702_100, 9_314_000)], ROAD)]
    assert "not degrees" in refused(geojson(tmp_path / "metres.geojson", metres))
    assert "no column says" in refused(geojson(tmp_path / "plain.geojson", [([A, B], {"colour": "red"})]))
    assert "no lines" in refused(write(tmp_path / "points.gpkg", [shapely.Point(A)], highway=["residential"]))
    assert "no way" in refused(geojson(tmp_path / "rails.geojson", [([A, B], {"fclass": "rail"})]))
    assert "no way" in refused(geojson(tmp_path / "only.geojson", [([A, B], {"highway": "construction"})]))
    assert "no way" in refused(geojson(tmp_path / "nothing.geojson", [([A, A], ROAD)]))
    assert "no way" in refused(geojson(tmp_path / "empty.geojson", []))
    nan = geojson(tmp_path / "nan.geojson", [([A, (float("nan"), 1.0)], ROAD)])
    assert refused(nan)
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\x00" + b"\x00" * 100)
    assert "damaged" in refused(broken)
    beside = write(tmp_path / "lonely.shp", [line], highway=["residential"])
    beside.with_suffix(".shx").unlink()
    assert "damaged" in refused(beside)


def test_files_that_were_cut_off(tmp_path, english):
    """Every format says so, or GDAL does; none becomes half a network."""
    lines = [shapely.LineString([(A[0], A[1] + n / 1000), (B[0], B[1] + n / 1000)]) for n in range(50)]
    for name in ("network.shp", "network.gpkg", "network.geojson"):
        path = write(tmp_path / name, lines, highway=["residential"] * 50)
        whole = path.read_bytes()
        for share in (0.2, 0.5, 0.9):
            path.write_bytes(whole[: int(len(whole) * share)])
            assert "damaged" in refused(path), (name, share)
    shape = write(tmp_path / "other.shp", lines, highway=["residential"] * 50)
    for suffix in (".dbf", ".shx"):
        whole = shape.with_suffix(suffix).read_bytes()
        shape.with_suffix(suffix).write_bytes(whole[: len(whole) // 2])
        assert "damaged" in refused(shape), suffix
        shape.with_suffix(suffix).write_bytes(whole)


def test_lines_without_a_shape_are_named(tmp_path, english):
    path = geojson(tmp_path / "network.geojson", [([A, B], ROAD)])
    path.write_text(
        path.read_text().replace(
            '"features": [', '"features": [{"type": "Feature", "geometry": null, "properties": {}},'
        )
    )
    _graph, problems = maps.read(path)
    assert [problem.message for problem in problems.warnings] == ["1 features have no shape that can be read"]


def test_limits_that_cannot_be_true_are_named(tmp_path, english):
    rows = [
        ([A, B], ROAD | {"maxspeed": "0"}),
        ([B, C], ROAD | {"maxspeed": "-20"}),
        ([C, D], ROAD | {"maxspeed": "900"}),
    ]
    graph, problems = maps.read(geojson(tmp_path / "network.geojson", rows))
    assert [(problem.column, problem.value) for problem in problems.warnings] == [
        ("maxspeed", "0"), ("maxspeed", "-20"), ("maxspeed", "900"),
    ]  # fmt: skip
    assert kmh(graph, "truck") == {15}


def test_ends_that_miss_by_less_than_a_metre_are_joined(tmp_path, english):
    metre = 1 / 111_195
    lines = [
        ([A, C], ROAD),
        ([(B[0], B[1] - 0.4 * metre), (B[0], B[1] - 0.002)], ROAD),  # ends on the first, which has no bend there
        ([(C[0], C[1] + 0.5 * metre), (C[0], C[1] + 0.001)], ROAD),  # ends beside its end
        ([(A[0], A[1] - 3 * metre), (A[0], A[1] - 0.001)], ROAD),  # misses it by three metres
        ([(106.8005, -6.199), (106.8005, -6.201)], ROAD),  # crosses it: a bridge
    ]  # fmt: skip
    graph, problems = maps.read(geojson(tmp_path / "network.geojson", lines))
    assert [problem.message for problem in problems] == [
        "2 lines end beside another line, less than 1 m away; they are joined to it"
    ]
    from serentak.travel.snap import pieces_of

    sizes = pieces_of(graph, "truck").metres
    assert sorted(sizes[sizes > 0].tolist()) == [108, 221, 111 + 111 + 221 + 110]


def test_jakarta(data_file, tmp_path):
    graph, problems = read_network(data_file("data/jakarta/jakarta_roads.shp"))
    assert not problems.warnings
    assert graph.metres.max() <= 250
    assert 5_000_000 < graph.metres.sum() < 6_500_000
    assert "boat" not in graph.milliseconds
    footways = {graph.kinds[kind] for kind in graph.kind[graph.edge[graph.milliseconds["truck"] > 0]]}
    assert not footways & {"footway", "path", "steps", "construction"}
    for suffix in (".shp", ".shx", ".dbf"):
        shutil.copy(data_file(f"data/jakarta/jakarta_roads{suffix}"), tmp_path / f"network{suffix}")
    assert ".prj" in refused(tmp_path / "network.shp")


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(data=st.data())
@pytest.mark.parametrize("name", ["network.geojson", "network.gpkg", "network.shp", "network.osm", "network.graphml"])
def test_only_input_errors_come_out_of_damaged_files(tmp_path, name, data):
    path = tmp_path / name
    source = tmp_path / f"whole-{name}"
    if not source.exists():
        _whole(source)
        for beside in (".shx", ".dbf", ".prj"):
            if source.suffix == ".shp":
                shutil.copy(source.with_suffix(beside), path.with_suffix(beside))
    content = bytearray(source.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)) | st.just(len(content)))])
    said = ()
    try:
        read_network(path)
    except InputError as error:
        said = error.problems
    assert all(problem.file and problem.message and problem.remedy for problem in said)


def _whole(path):
    lines = [([A, B, C], ROAD | {"name": "Jalan", "maxspeed": "30"}), ([C, D], ROAD | {"oneway": "yes"})]
    if path.suffix == ".geojson":
        geojson(path, lines)
    elif path.suffix == ".osm":
        maps.osm(
            path, dict(enumerate((A, B, C, D))), [(1, [0, 1, 2], ROAD), (2, [2, 3], ROAD)], {1: {"barrier": "bollard"}}
        )
    elif path.suffix == ".graphml":
        nodes = {str(n): {"x": x, "y": y} for n, (x, y) in enumerate((A, B, C, D))}
        maps.graphml(path, nodes, [("0", "1", {"highway": "primary", "osmid": "[1, 2]"}), ("1", "2", ROAD)])
    else:
        write(
            path,
            [shapely.LineString(line) for line, _columns in lines],
            highway=["residential"] * 2,
            oneway=["", "yes"],
        )
