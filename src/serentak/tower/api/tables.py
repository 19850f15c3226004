"""The tables of the pages about regions, boxes and agencies as files: what each holds."""

from __future__ import annotations

from typing import Any, Final

from serentak.base.messages import N_
from serentak.custody.life import STATUSES
from serentak.tower.api.places import WAYS
from serentak.tower.site.tables import Column, Table


def _entries(entries: list[Any]) -> str:
    return " ".join(str(each[0] if isinstance(each, list) else each) for each in entries)


_WAY: Final = N_("not_yet, loaded, under_way, ready, unproven")
REGIONS: Final = Table(
    "regions",
    (
        Column("code", N_("code of the region")),
        Column("name", N_("its name")),
        Column("level", N_("0 nation, 1 province, 2 kabupaten or kota, 3 kecamatan, 4 desa or kelurahan")),
        Column("parent", N_("code of the region above"), "parent_id"),
        Column("stations", N_("polling stations")),
        Column("voters", N_("voters")),
        Column("boxes", N_("ballot boxes")),
        *(
            Column(f"{way}_{name}", words)
            for way in ("out", "back")
            for name, words in (
                ("ready", N_("stations that are ready, out or back")),
                ("unproven", N_("stations where all has arrived, by one side's word")),
                ("way", N_("stations under way")),
                ("late", N_("stations that are late")),
            )
        ),
        Column("troubled", N_("stations about which something does not fit")),
    ),
)
STATIONS: Final = Table(
    "stations",
    (
        Column("station", N_("id of the polling station"), "id"),
        Column("region", N_("code of its desa or kelurahan"), "village"),
        Column("number", N_("its number")),
        Column("venue", N_("where it is")),
        Column("voters", N_("voters")),
        Column("lon", N_("longitude, degrees WGS84")),
        Column("lat", N_("latitude, degrees WGS84")),
        Column("elections", N_("letters of the elections")),
        Column("hub", N_("place from which it is served")),
        Column("boxes", N_("ballot boxes")),
        Column("out", _WAY, lambda row: WAYS[row.out]),
        Column("back", _WAY, lambda row: WAYS[row.back]),
        Column("out_due", N_("when all must have arrived")),
        Column("back_due", N_("when all must be back")),
        Column("out_late", N_("whether it is late on the way out")),
        Column("back_late", N_("whether it is late on the way back")),
        Column("troubled", N_("whether something does not fit")),
    ),
)
BOXES: Final = Table(
    "boxes",
    (
        Column("box", N_("id of the box or bundle"), "id"),
        Column("owner", N_("polling station, or kecamatan of a recapitulation box")),
        Column("letter", N_("letter of the election, K for the bundle")),
        Column("status", N_("where it is by the log"), lambda row: STATUSES[row.status]),
        Column("holder", N_("who has it")),
        Column("place", N_("where it was handed over last")),
        Column("since", N_("since when")),
        Column("expected_at", N_("where it is expected next")),
        Column("deadline", N_("until when")),
        Column("disputed", N_("whether two say different things")),
        Column("troubles", N_("codes of findings, with blanks between")),
    ),
)
HANDOVERS: Final = Table(
    "handovers",
    (
        Column("load", N_("hash by which hand-overs name it"), "hash"),
        Column("district", N_("code of the kabupaten or kota"), "kabupaten"),
        Column("direction", N_("out or back"), lambda row: "back" if row.back else "out"),
        Column("giver", N_("who gives")),
        Column("receiver", N_("who receives")),
        Column("place", N_("where")),
        Column("earliest", N_("not before")),
        Column("deadline", N_("until when")),
        Column("vehicle", N_("vehicle by plan")),
        Column("escort", N_("escort by plan")),
        Column("boxes", N_("boxes and bundles")),
        Column("began", N_("of these, left the giver")),
        Column("done", N_("of these, handed over")),
        Column("late", N_("of these, not in time")),
        Column("cancelled", N_("whether a later plan has taken its place")),
    ),
)
ACTS: Final = Table(
    "acts",
    (
        Column("entry", N_("number in the log")),
        Column("at", N_("when, as the entry says")),
        Column("act", N_("what was done, in the language of the page"), "what"),
        Column("who", N_("giver and receiver, or who did it")),
        Column("place", N_("where")),
        Column("proof", N_("empty: signed by all who should; else single, proxy, missing or void")),
        Column("boxes", N_("boxes and bundles, with blanks between"), lambda row: " ".join(row.boxes)),
    ),
)
DEVIATIONS: Final = Table(
    "deviations",
    (
        Column("code", N_("code of the finding or note")),
        Column("finding", N_("whether it is a finding; else a note")),
        Column("owner", N_("station or kecamatan that it is about")),
        Column("district", N_("code of the kabupaten or kota"), "kabupaten"),
        Column("objects", N_("boxes and bundles"), "objects_named"),
        Column("entries", N_("numbers in the log that show it"), lambda row: _entries(row.entries)),
        Column("seen_at", N_("since when it is seen")),
        Column("gone_at", N_("since when it no longer holds")),
    ),
)
PLANS: Final = Table(
    "plans",
    (
        Column("plan", N_("number of the plan"), "pk"),
        Column("district", N_("code of the kabupaten or kota"), "district_id"),
        Column("state", N_("made, approved, announced, superseded, changed"), lambda row: row.state.value),
        Column("sha256", N_("hash of its plan.json")),
        Column("effort", N_("how long was searched: draft, standard or final")),
        Column("seed", N_("seed of the search")),
        Column("made_at", N_("when it was made")),
        Column("announced_at", N_("when it was announced")),
        Column("stations", N_("polling stations"), lambda row: row.totals.get("stations")),
        Column("unserved_out", N_("not served outbound"), lambda row: row.totals.get("unserved_out")),
        Column("unserved_back", N_("not served on the return"), lambda row: row.totals.get("unserved_back")),
        Column("rupiah", N_("cost"), lambda row: row.totals.get("rupiah")),
    ),
)
FINDINGS: Final = Table(
    "findings",
    (
        Column("number", N_("number of the finding")),
        Column("territory", N_("what it is about")),
        Column("stage", N_("part of the election")),
        Column("title", N_("its title")),
        Column("state", N_("where it stands")),
        Column("answer_due", N_("until when the organiser answers")),
        Column("made_at", N_("when it was written")),
    ),
)
GRANTS: Final = Table(
    "grants",
    (
        Column("territory", N_("code of the kabupaten, kota or province"), "grant.territory"),
        Column("recipient", N_("who receives"), "grant.recipient"),
        Column("number", N_("number of the agreement"), "grant.number"),
        Column("scheme", N_("how it is paid out"), "grant.scheme"),
        Column("signed", N_("when it was signed"), "grant.signed"),
        Column("granted", N_("rupiah granted"), "real.granted"),
        Column("paid", N_("rupiah paid out"), "real.paid"),
        Column("spent", N_("rupiah spent"), "real.spent"),
    ),
)
MEANS: Final = Table(
    "means",
    (
        Column("territory", N_("code of the kabupaten, kota or province")),
        Column("kind", N_("kind of means")),
        Column("what", N_("what is lent")),
        Column("where", N_("where it is needed")),
        Column("needed", N_("how many are needed")),
        Column("promised", N_("how many are promised")),
        Column("ready", N_("how many are ready")),
        Column("owner", N_("who lends")),
        Column("changed_at", N_("as of when")),
    ),
)
CASES: Final = Table(
    "cases",
    (
        Column("number", N_("number of the case")),
        Column("title", N_("its title")),
        Column("territory", N_("what it is about")),
        Column("state", N_("where it stands")),
        Column("made_at", N_("when it was opened")),
    ),
)
ESCORTS: Final = Table(
    "escorts",
    (
        Column("district", N_("code of the kabupaten or kota"), "kabupaten"),
        Column("vehicle", N_("vehicle by plan")),
        Column("escort", N_("escort by plan")),
        Column("aboard", N_("boxes and bundles that it has")),
        Column("due", N_("of these, still to be handed over or collected")),
        Column("next_place", N_("where it goes next")),
        Column("deadline", N_("until when")),
        Column("late", N_("whether that is over")),
        Column("gap", N_("whether nobody is named for the escort")),
    ),
)
GUARDS: Final = Table(
    "guards",
    (
        Column("district", N_("code of the kabupaten or kota"), "kabupaten"),
        Column("class", N_("class that the police gave the stations"), "police_class"),
        Column("stations", N_("polling stations")),
        Column("police", N_("police by the pattern")),
        Column("linmas", N_("Linmas by the pattern")),
        Column("pattern", N_("whether a pattern is set"), lambda row: row.pattern is not None),
    ),
)
