from __future__ import annotations

from datetime import date

import pytest

from serentak.base.messages import set_language
from serentak.kit.rules import load_rules
from serentak.territory.codes import station_id
from serentak.territory.model import District, Ready, Station


@pytest.fixture(autouse=True)
def _english():
    set_language("en")
    yield
    set_language("id")


@pytest.fixture(scope="session")
def rules():
    return load_rules("pilkada-2024")


@pytest.fixture(scope="session")
def make_station():
    def make(village="14.01.06.2003", number=1, *, voters=500, elections=("G", "B"), police_class="", row=2):
        return Station(
            id=station_id(village, number), village=village, number=number, kecamatan_name="", desa_name="",
            voters=voters, lon=None, lat=None, access=(), elections=elections, kind="reguler", venue="",
            movable=None, police_class=police_class, parent="ppk", row=row,
        )  # fmt: skip

    return make


@pytest.fixture(scope="session")
def make_district():
    def make(stations, code="14.01", elections=("G", "B")):
        return District(
            code=code, name="", zone="WIB", election_day=date(2024, 11, 27), rules="pilkada-2024",
            elections=elections, seed=1, terrain="lowland", out={}, back={}, group_windows={},
            ready=Ready(50_400, 20, 108_000), stop_seconds=480, stop_seconds_per_box=30, rule_overrides={},
            stations=tuple(stations), places=(), fleet=(), escorts=(), pins=(), stock=(),
        )  # fmt: skip

    return make
