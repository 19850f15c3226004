from __future__ import annotations

import pytest

from serentak.territory.read import read_district

TOML = """\
code = "14.01"
name = "Kabupaten Kampar"
zone = "WIB"
election_day = 2024-11-27
rules = "pilkada-2024"
elections = ["G", "B"]
seed = 1

[travel]
terrain = "lowland"

[stop]
min = 8
sec_per_box = 30

[out.ppk]
window = ["H-5 07:00", "H-2 18:00"]
hours = "06:00-20:00"
escort = "run"

[out.pps]
window = ["H-2 07:00", "H-1 12:00"]

[out.tps]
window = ["H-1 06:00", "H-1 23:59"]

[groups.far]
kecamatan = ["14.01.06"]
out.tps = ["H-2 06:00", "H-1 23:59"]

[ready]
from = "H 14:00"
sec_per_vote = 20
latest = "H+1 06:00"
"""

FILES = {
    "district.toml": TOML,
    "stations.csv": """\
kecamatan,desa,village,number,voters,lon,lat,access,elections,kind,venue,movable,police_class,parent
Kampar,Air Tiris,14.01.06.2003,1,512,101.10,0.35,,,,SDN 1,ya,rawan,
Kampar,Air Tiris,14.01.06.2003,2,498,,,pickup motorbike,B,khusus,,tidak,,
Kampar,Penyasawan,14.01.06.2004,1,301,101.12,0.36,boat,,,,,,JETTY
""",
    "places.csv": """\
id,village,kind,parent,name,lon,lat,handling_min,sec_per_box,hours,night,police_district
KPU,14.01.01.1011,warehouse,,Gudang,101.03,0.33,30,20,06:00-20:00,tidak,
PPK-6,14.01.06.2003,ppk,KPU,PPK Kampar,101.11,0.34,20,20,,ya,
JETTY,14.01.06.2004,transit,PPK-6,Dermaga,101.12,0.35,10,20,,tidak,
PPS-3,14.01.06.2003,pps,PPK-6,PPS Air Tiris,101.10,0.34,10,20,,tidak,
""",
    "fleet.csv": """\
type,base,mode,count,team,boxes,kg,litres,speed_factor,days,cost_day,cost_km,cost_hour
truk,KPU,truck,3,2,150,4500,30000,1,H-5..H-3,1500000,4000,40000
truk,KPU,truck,2,1,150,4500.5,"30000,25",1,,1500000,4000,40000
perahu,JETTY,boat,1,,40,2000,8000,,,900000,6000,30000
""",
    "escorts.csv": """\
agency,base,police_district,teams,days,hours,cost_day
polri,KPU,Polres Kampar,1,,06:00-20:00,600000
polri,PPK-6,,2,,,600000
""",
    "pins.csv": """\
station,vehicle,hub,not_before,not_after,note
14.01.06.2003-001,,,,H-1 12:00,kepala desa
,truk#2,,H-4 06:00,,
,,PPK-6,,H-3 12:00,
""",
    "stock.csv": """\
item,series,from,to
seal,A,1,100
seal,A,101,200
carton,,1,10
""",
}
"""A district that can be read, small enough to see."""


@pytest.fixture(autouse=True)
def _english(english):
    pass


@pytest.fixture
def files():
    """Give the tables of a good district, to be broken."""
    return dict(FILES)


@pytest.fixture
def folder(tmp_path):
    """Give a function that writes tables to a folder: text, bytes, or None for a table that is not there."""

    def write(files):
        path = tmp_path / "district"
        path.mkdir(exist_ok=True)
        for old in path.iterdir():
            old.unlink()
        for name, content in files.items():
            if content is not None:
                (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def read(folder):
    """Give a function that writes tables and reads the district."""
    return lambda files: read_district(folder(files))[0]
