"""The columns of every table in a district folder, as data.

One tuple a file. The reader, the template workbook and the reference page all take them from here, so that
they cannot disagree. Notes are message ids.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from serentak.base import cells
from serentak.base.cells import CellError, Column
from serentak.base.messages import N_
from serentak.territory import codes
from serentak.territory.model import PLACE_KINDS

MODES: Final = ("truck", "pickup", "4x4", "motorbike", "boat", "foot")
"""How a vehicle travels, or what can reach a station."""

LON: Final = (94.0, 142.0)
LAT: Final = (-12.0, 7.0)
"""Degrees that hold all of Indonesia, with a margin."""


def _village(value: str) -> str:
    try:
        return codes.parse_village(value)
    except codes.CodeError as error:
        raise CellError(error.message, error.remedy) from None


def _number(value: str) -> int:
    """Read the number of a station; lists often write ``TPS 007``."""
    number: int = cells.integer(1, codes.MAX_STATION)(value.upper().removeprefix("TPS").strip(" .-") or value)
    return number


_mode = cells.choice(
    *MODES,
    truk="truck",
    pikap="pickup",
    pick_up="pickup",
    mobil="pickup",
    motor="motorbike",
    ojek="motorbike",
    sepeda_motor="motorbike",
    perahu="boat",
    kapal="boat",
    speedboat="boat",
    ketinting="boat",
    sampan="boat",
    jalan_kaki="foot",
    kaki="foot",
    jalan="foot",
    double_gardan="4x4",
    gardan_ganda="4x4",
)
_kind = cells.choice(
    *PLACE_KINDS,
    gudang="warehouse",
    kecamatan="ppk",
    desa="pps",
    kelurahan="pps",
    dermaga="transit",
    ujung_jalan="transit",
)

_LON = Column(
    "lon",
    "bujur",
    cells.decimal(-180, 180),
    N_("degrees east, WGS84, 94 to 142"),
    synonyms=("longitude", "long", "lng", "x"),
)
_LAT = Column(
    "lat",
    "lintang",
    cells.decimal(-180, 180),
    N_("degrees north (south is negative), WGS84, -12 to 7"),
    synonyms=("latitude", "y"),
)
_NOTE = Column("note", "catatan", cells.text, N_("remarks, not used"), default="", synonyms=("keterangan", "remarks"))
_POLICE_DISTRICT = Column(
    "police_district",
    "polres",
    cells.text,
    N_("police district it lies in, by name"),
    default="",
    synonyms=("wilayah_polri", "polsek"),
)
_DAYS = Column("days", "hari", cells.days, N_("days of work, H-5..H-3 or H-5, H-3; empty = every day"), default=())
_HOURS = Column("hours", "jam", cells.hours, N_("working hours, 06:00-18:00; empty = any"), synonyms=("jam_kerja",))
_VILLAGE = Column(
    "village",
    "kode_desa",
    _village,
    N_("Kemendagri code of the desa or kelurahan, 14.01.06.2003"),
    required=True,
    synonyms=("kode_kelurahan", "kode_desa_kelurahan", "kode_wilayah", "kode_kemendagri", "village_code"),
    last_resort=("kode_kpu",),
)
_COST_DAY = Column(
    "cost_day",
    "biaya_hari",
    cells.integer(0),
    N_("rupiah for a day in use"),
    required=True,
    synonyms=("sewa_hari", "biaya_per_hari"),
)

STATIONS: Final = (
    Column(
        "kecamatan",
        "kecamatan",
        cells.text,
        N_("name of the kecamatan"),
        default="",
        synonyms=("nama_kecamatan",),
    ),
    Column(
        "desa",
        "desa",
        cells.text,
        N_("name of the desa or kelurahan"),
        default="",
        synonyms=("nama_desa", "kelurahan", "desa_kelurahan", "nama_kelurahan"),
    ),
    _VILLAGE,
    Column(
        "number",
        "nomor_tps",
        _number,
        N_("number of the station within its village, 1 to 999"),
        required=True,
        synonyms=("tps_no", "no_tps", "nomor", "tps"),
    ),
    Column(
        "voters",
        "pemilih",
        cells.integer(1, 5000),
        N_("voters on the list (DPT), at least 1"),
        required=True,
        synonyms=("dpt", "jumlah_pemilih", "jumlah_dpt", "total_dpt"),
    ),
    _LON,
    _LAT,
    Column(
        "access",
        "akses",
        cells.several(_mode),
        N_("modes that can reach it, best first; empty = any vehicle"),
        default=(),
        synonyms=("moda",),
        choices=MODES,
    ),
    Column(
        "elections",
        "pemilihan",
        cells.letters,
        N_("letters of the elections held here; empty = those of the district"),
        default=(),
    ),
    Column(
        "kind",
        "jenis",
        cells.choice("reguler", "khusus", regular="reguler", special="khusus"),
        N_("reguler or khusus; empty = reguler"),
        default="reguler",
        synonyms=("jenis_tps",),
        choices=("reguler", "khusus"),
    ),
    Column(
        "venue",
        "tempat",
        cells.text,
        N_("where it stands, in words"),
        default="",
        synonyms=("lokasi", "alamat"),
    ),
    Column(
        "movable",
        "dapat_pindah",
        cells.yes_no,
        N_("whether it may move within its village; empty = unknown"),
        synonyms=("bisa_pindah",),
        choices=("ya", "tidak"),
    ),
    Column(
        "police_class",
        "kerawanan",
        cells.text,
        N_("class given by the police"),
        default="",
        synonyms=("kelas_polri", "klasifikasi"),
    ),
    Column(
        "parent",
        "induk",
        cells.identifier,
        N_("id of the place its goods come from; empty = pps of the village, else ppk of the kecamatan"),
        default="",
    ),
    _NOTE,
)

PLACES: Final = (
    Column("id", "kode_tempat", cells.identifier, N_("name others refer to, PPK-14.01.06"), required=True),
    _VILLAGE,
    Column(
        "kind",
        "jenis",
        _kind,
        N_("warehouse, ppk, pps, or transit (a road end or jetty)"),
        required=True,
        choices=PLACE_KINDS,
    ),
    Column(
        "parent",
        "induk",
        cells.identifier,
        N_("id of the place its goods come from; empty for the warehouse only"),
        default="",
    ),
    Column("name", "nama", cells.text, N_("name for people; empty = the id"), default=""),
    replace(_LON, required=True),
    replace(_LAT, required=True),
    Column(
        "handling_min",
        "menit_muat",
        cells.decimal(0, 1440),
        N_("minutes to load or start unloading, whatever the load; empty = 30 at the warehouse, else 20"),
        synonyms=("menit_bongkar_muat",),
    ),
    Column(
        "sec_per_box",
        "detik_per_kotak",
        cells.integer(0, 3600),
        N_("further seconds a box until an unloaded load is free; empty = 20"),
    ),
    _HOURS,
    Column(
        "night",
        "menginap",
        cells.yes_no,
        N_("whether a loaded vehicle may stay the night; empty = tidak"),
        default=False,
        synonyms=("bermalam",),
        choices=("ya", "tidak"),
    ),
    _POLICE_DISTRICT,
    _NOTE,
)

FLEET: Final = (
    Column(
        "type",
        "jenis",
        cells.identifier,
        N_("name of the type, truk; teams are called truk#1, truk#2 …"),
        required=True,
        synonyms=("jenis_kendaraan", "tipe"),
    ),
    Column(
        "base",
        "pangkalan",
        cells.identifier,
        N_("id of the place where they start and end the day"),
        required=True,
    ),
    Column("mode", "moda", _mode, N_("truck, pickup, 4x4, motorbike, boat or foot"), required=True, choices=MODES),
    Column("count", "jumlah", cells.integer(1, 10_000), N_("vehicles"), required=True, synonyms=("unit",)),
    Column(
        "team",
        "regu",
        cells.integer(1, 100),
        N_("vehicles that move together; empty = 1"),
        default=1,
        synonyms=("per_regu",),
    ),
    Column("boxes", "kotak", cells.integer(1, 100_000), N_("ballot boxes one vehicle carries"), required=True),
    Column("kg", "kilogram", cells.quantity(1000), N_("kilograms one vehicle carries"), required=True),
    Column("litres", "liter", cells.quantity(1000), N_("litres one vehicle carries"), required=True),
    Column(
        "speed_factor",
        "faktor_kecepatan",
        cells.decimal(0.1, 5),
        N_("multiplies the speed of the mode, 0.1 to 5; empty = 1"),
        default=1.0,
    ),
    _DAYS,
    _COST_DAY,
    Column(
        "cost_km",
        "biaya_km",
        cells.integer(0),
        N_("rupiah a kilometre"),
        required=True,
        synonyms=("biaya_per_km",),
    ),
    Column(
        "cost_hour",
        "biaya_jam",
        cells.integer(0),
        N_("rupiah an hour of driving"),
        required=True,
        synonyms=("biaya_per_jam",),
    ),
    _NOTE,
)

ESCORTS: Final = (
    Column(
        "agency",
        "instansi",
        cells.identifier,
        N_("agency, polri; teams are called polri#1, polri#2 …"),
        required=True,
    ),
    Column(
        "base",
        "pangkalan",
        cells.identifier,
        N_("id of the place where they start and end the day"),
        required=True,
    ),
    _POLICE_DISTRICT,
    Column(
        "teams",
        "regu",
        cells.integer(1, 10_000),
        N_("escort teams"),
        required=True,
        synonyms=("jumlah_regu",),
    ),
    _DAYS,
    _HOURS,
    _COST_DAY,
    _NOTE,
)

PINS: Final = (
    Column("station", "tps", cells.text, N_("id of a station, 14.01.06.2003-007"), default=""),
    Column("vehicle", "kendaraan", cells.text, N_("name of a vehicle team, truk#1"), default=""),
    Column("hub", "tempat", cells.identifier, N_("id of a place"), default=""),
    Column("not_before", "paling_awal", cells.moment, N_("earliest arrival or departure, H-3 08:00")),
    Column("not_after", "paling_lambat", cells.moment, N_("latest arrival or departure, H-1 12:00")),
    Column("note", "catatan", cells.text, N_("who decided this, and why"), default="", synonyms=("keterangan",)),
)

STOCK: Final = (
    Column("item", "barang", cells.identifier, N_("what is numbered: seal, carton"), required=True),
    Column("series", "seri", cells.text, N_("letters before the number; may be empty"), default=""),
    Column("from", "dari", cells.integer(0), N_("first number"), required=True),
    Column("to", "sampai", cells.integer(0), N_("last number, included"), required=True),
    _NOTE,
)

ASSUMED: Final = (
    Column("file", "berkas", cells.text, N_("file the value stands in"), required=True),
    Column("row", "baris", cells.integer(1), N_("row of the value; empty = every row, or the whole file")),
    Column("column", "kolom", cells.text, N_("column or key of the value"), required=True),
    Column("value", "nilai", cells.text, N_("the value"), default=""),
    Column("rule", "aturan", cells.text, N_("rule by which it was taken"), required=True),
)

TABLES: Final = {
    "stations": STATIONS,
    "places": PLACES,
    "fleet": FLEET,
    "escorts": ESCORTS,
    "pins": PINS,
    "stock": STOCK,
    "assumed": ASSUMED,
}
"""Columns by table; the file is ``NAME.csv``, the sheet ``NAME``."""

REQUIRED_TABLES: Final = ("stations", "places", "fleet")
