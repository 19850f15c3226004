"""Contradictions between the parts of a district, found before planning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from serentak.base.clock import DAY, HOUR, parse_moment
from serentak.base.errors import Problem
from serentak.kit.kits import build_kits
from serentak.kit.rules import load_rules
from serentak.operations.sample import write_sample
from serentak.plan.validate import validate
from serentak.territory.model import District
from serentak.territory.read import read_district


@pytest.fixture(scope="module")
def kecil(tmp_path_factory: pytest.TempPathFactory) -> District:
    folder: Path = tmp_path_factory.mktemp("kecil") / "district"
    write_sample("kecil", folder)
    return read_district(folder)[0]


def found(district: District) -> list[Problem]:
    return list(validate(district, build_kits(district, load_rules(district.rules))))


def test_the_sample_has_none(kecil: District) -> None:
    assert found(kecil) == []


def test_a_day_of_25_hours_is_refused(kecil: District) -> None:
    tier = replace(kecil.out["ppk"], hours=(6 * HOUR, 31 * HOUR))
    assert [problem.column for problem in found(replace(kecil, out=kecil.out | {"ppk": tier}))] == ["out.ppk.hours"]
    whole = replace(kecil.out["ppk"], hours=(0, DAY))
    assert found(replace(kecil, out=kecil.out | {"ppk": whole})) == []


def test_the_way_out_must_be_over_when_the_return_begins(kecil: District) -> None:
    tier = replace(kecil.out["tps"], window=(parse_moment("H-1 06:00"), parse_moment("H 06:30")))
    problems = found(replace(kecil, out=kecil.out | {"tps": tier}))
    assert [(problem.column, problem.value) for problem in problems] == [("out.tps.window", "H 06:30")]
    own = {("out", "ppk", "14.01.08"): (parse_moment("H-5 07:00"), parse_moment("H 13:00"))}
    assert [problem.column for problem in found(replace(kecil, group_windows=own))] == ["out.ppk.window"]


def test_recapitulation_boxes_without_a_ppk_are_named(kecil: District) -> None:
    moved = tuple(replace(place, kind="transit") if place.kind == "ppk" else place for place in kecil.places)
    problems = found(replace(kecil, places=moved))
    assert [(problem.severity, problem.value) for problem in problems] == [("warning", "14.01.08")]
