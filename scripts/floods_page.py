"""The words and tables of ``docs/floods.md``, of what `make_floods` played."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench._report import machine, table

Said = Mapping[str, dict[str, Any]]
TITLES: Final = {
    "jakarta": "Jakarta Pusat, flooded as in 2007",
    "kampar": "The sample Kampar in the rainy season",
}
TEXTS: Final = {
    "jakarta": """All
stations of the eight kecamatan from the national list, spread at random over their kelurahan (**invented
positions**), on the streets of OpenStreetMap of about 2012. What floods is real: the RW that stood under water
in February 2007 and the deepest class of a map of flood depths. What a flood does to a vehicle, and how often
it comes, is **assumed**: in a flooded RW trucks and 4x4s take twice as long and pickups and motorbikes do not
get through; in the deepest class only 4x4s do. The scenario takes the whole flood as given, on every day. The
re-plan is told at H-1 05:30 that the flooded RW of Jakarta Pusat are closed to pickups and motorbikes. At the
PPKs of the plan as it was stand pickups alone, so that whoever lives behind those RW is out of its reach.""",
    "kampar": """The sample district:
its two river corridors, its hill road with ten landslides in November 2024, and 122 flood-
prone stations are facts (`facts.csv`); which stations of a kecamatan these are, all positions and all chances
are **invented**. Judged by the chances of the season. The re-plan is told at H-2 05:30 that all 122 stations
are flooded and closed to pickups, that motorbikes on the hill road keep 40 % of their speed, and boats on both
rivers 55 %.""",
}
INTRODUCTION: Final = """# Two floods

Written by `make floods` (`scripts/make_floods.py`), which calls the command line: `plan`, `stress`, `harden`,
`replan` of the plan as it was and of the hardened one, `check` of all four, `paper --only map`. Nothing here is
typed by hand. {futures} futures; chances are those of a simulation with assumed uncertainties, see
[hazards](hazards.md)."""


def page(said: Mapping[str, Said], work: Path, futures: int) -> str:
    """Write the page."""
    parts = [INTRODUCTION.format(futures=f"{futures:,}"), machine(("serentak", "pyvrp", "pyroutingkit"))]
    for name, own in said.items():
        parts += [f"## {TITLES[name]}", TEXTS[name], _exposed(own), _plans(own, work / name), _replans(own),
                  _measures(own), _left(work / name), _pictures(name)]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _exposed(own: Said) -> str:
    rows = [
        (each["layer"], each["sites"], len(each["stations"]), f"{each['voters']:,}", len(each["fixed"]),
         ", ".join(each["places"]) or "-", each["runs"])
        for each in own["stress"]["exposures"]
    ]  # fmt: skip
    heads = ("layer", "sites", "stations inside", "voters", "of them not movable", "hubs inside", "runs that meet it")
    return table(heads, rows)


def _plans(own: Said, home: Path) -> str:
    before, after = own["harden"]["before"], own["harden"]["after"]
    totals = [_plan(home / name)["totals"] for name in ("plan", "hardened")]
    rows: list[tuple[str, ...]] = []
    for direction, word in (("out", "outbound"), ("back", "return")):
        rows.append(
            (f"every station in time, {word}", *(_chance(each[direction]["all_on_time"]) for each in (before, after)))
        )
        rows.append(
            (
                f"stations late in the mean, {word}",
                *(f"{each[direction]['missed_mean']:.1f}" for each in (before, after)),
            )
        )
        rows.append((f"stations not served, {word}", *(str(each[f"unserved_{direction}"]) for each in totals)))
    rows.append(("vehicle-days", *(str(each["vehicle_days"]) for each in totals)))
    rows.append(("rupiah", *(f"{each['rupiah']:,}" for each in totals)))
    rows.append(("check", *(_held(own[f"check {name}"]) for name in ("plan", "hardened"))))
    return table(("", "as planned", "hardened"), rows)


def _replans(own: Said) -> str:
    pairs = [("again", "plan-again"), ("hard-again", "hardened-again")]
    told = [own[key] for key, _folder in pairs]
    rows = [
        ("stops as issued", *(f"{each['unchanged_stops']:,} of {each['issued_stops']:,}" for each in told)),
        ("runs with new paper", *(str(len(each["changed"])) for each in told)),
        ("runs withdrawn", *(str(len(each["withdrawn"])) for each in told)),
        ("stations not served, outbound", *(str(each["unserved_out"]) for each in told)),
        ("rupiah more", *(f"{each['rupiah']:,}" for each in told)),
        ("check", *(_held(own[f"check {folder}"]) for _key, folder in pairs)),
    ]
    return table(("re-planned", "the plan as it was", "the hardened plan"), rows)


def _measures(own: Said) -> str:
    counted = Counter(
        each["kind"] + (f" by {each['mode']}" if each["mode"] else "") for each in own["harden"]["measures"]
    )
    if not counted:
        return "No measure was found that helps."
    said = ", ".join(f"{kind} ({number})" for kind, number in sorted(counted.items()))
    return (
        f"Measures of the hardened plan: {said}; `harden.md` says them for each kecamatan, with what they buy and cost."
    )


def _left(home: Path) -> str:
    """Say why stations are out of reach, with one of them as the report has it."""
    lost = [each for each in _plan(home / "plan-again")["unserved"] if each["direction"] == "out"]
    if not lost:
        return ""
    reasons = ", ".join(f"`{name}` {n}" for name, n in sorted(Counter(each["reason"] for each in lost).items()))
    lines = (home / "plan-again" / "report.md").read_text(encoding="utf-8").splitlines()
    row = next((line for line in lines if line.startswith("| ") and "PSS" in line), "")
    told = "Why stations are out of reach when the plan as it was is re-planned"
    return f"{told}: {reasons}. So says the report of each:\n\n> {row.strip('| ')}"


def _pictures(name: str) -> str:
    texts = [
        ("sebelum", "as planned, with what may flood"),
        ("tangguh", "hardened"),
        ("disusun-ulang", "the plan as it was, re-planned: hatched is closed, a red cross is not served"),
    ]
    return "\n\n".join(f"![{TITLES[name]}: {text}](images/banjir-{name}-{kind}.png)" for kind, text in texts)


def _plan(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "plan.json").read_bytes())
    return found


def _chance(odds: Mapping[str, Any]) -> str:
    value, low, high = odds["on_time"]
    return f"{value:.1%} ({low:.1%} – {high:.1%})"


def _held(said: Mapping[str, Any]) -> str:
    return "holds" if said["code"] == 0 else "does not hold"
