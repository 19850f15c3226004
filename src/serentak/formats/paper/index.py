"""``paper/README.txt``: what was printed, for whom, how often, and when; in the language in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from serentak.base.messages import _
from serentak.formats.paper.source import Reprint, Source
from serentak.formats.paper.words import assumptions, date_of


def index_text(source: Source, files: Mapping[str, Sequence[Path]]) -> str:
    """Write the index.

    Parameters
    ----------
    files
        Files by kind that lie in the plan folder, relative to it.
    """
    plan, district = source.plan, source.district
    lines = [
        _("Papers of the distribution plan, {district} ({code})").format(district=district.name, code=district.code),
        _("Voting day: {day}, times {zone}. Plan {sha}, seed {seed}.").format(
            day=date_of(district, 0), zone=district.zone, sha=source.sha, seed=plan.seed
        ),
        " ".join([_("Figures: planned."), *assumptions(district)]),
        *_together(source.reprint),
        "",
    ]
    for kind, (what, *words) in about().items():
        if paths := files.get(kind):
            lines += [what.upper(), *(f"  {sentence}" for sentence in words if sentence)]
            lines += [f"  {path.as_posix()}" for path in sorted(paths)]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _together(reprint: Reprint | None) -> list[str]:
    """Say what belongs together with these pages."""
    if reprint is None:
        return [
            _("Every page says which plan it was printed from; pages of another plan do not belong together with "
              "these.")
        ]  # fmt: skip
    said = [
        _("This is a re-plan: only what changed is printed. For every other run, and for labels and packing lists, the "
          "paper issued before stays valid: of plan {sha}, and of those which it left as they were.").format(
              sha=reprint.issued)
    ]  # fmt: skip
    if reprint.withdrawn:
        said.append(
            _("Collect and destroy the paper of these runs: {names}.").format(names=", ".join(reprint.withdrawn))
        )
    return said


def about() -> dict[str, tuple[str, str, str]]:
    """Say of each kind what it is, for whom, and how to print it, in the order of use."""
    return {
        "packing": (
            _("Packing lists, a file a hub"),
            _("For: those who pack in the warehouse, and the supervisor (Bawaslu)."),
            _("One copy a TPS, kept in the warehouse; print before packing begins."),
        ),
        "label": (
            _("Labels, a file a hub"),
            _("For: those who pack in the warehouse."),
            _("On A4 sticker sheets of 8 labels (99.1 x 67.7 mm), at 100 %, not fitted to the page; one label on each "
              "box and bundle."),
        ),
        "loading": (
            _("Loading lists, a file a vehicle"),
            _("For: those who load, in the warehouse or at the hub."),
            _("One copy a run; print the day before."),
        ),
        "run-sheet": (
            _("Run-sheets, a file a vehicle"),
            _("For: driver, escort, sending hub, supervisor (Bawaslu)."),
            _("Three or four copies a run; print the day before."),
        ),
        "handover": (
            _("Hand-over forms, a file a vehicle"),
            _("For: giver and receiver of each hand-over; SJ consignment note, TT receipt, BA record of the return."),
            _("SJ, and BA of a PPK: three copies (giver, driver, receiver). TT, and BA of a TPS: one sheet, cut into "
              "two copies. The driver takes them along."),
        ),
        "manifest": (
            _("Manifests, a file a hub"),
            _("For: warehouse, PPK, PPS and jetties; a copy for the supervisor (Bawaslu) and the command post."),
            _("Two copies a hub; print the day before."),
        ),
        "map": (_("Map"), _("For: everyone; opens in a browser without a network."), ""),
        "tables": (_("Tables"), _("For: spreadsheets and map programs."), ""),
        "report": (_("Report"), _("For: KPU, Bawaslu, police and local government."), ""),
    }  # fmt: skip
