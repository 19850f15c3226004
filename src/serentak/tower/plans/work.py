"""The work itself, in a process of its own that knows neither database nor web.

It is started by `serentak.tower.plans.jobs` with one line of JSON on standard input, answers with lines of JSON on
standard output, and ends when its standard input closes: when whoever started it is gone, so is it, with all that it
started. What it writes is whole or not there, so that nothing is lost but time.

::

    in   {"kind": "plan", "language": "id", ...}
    out  {"step": [phase, done, total, rupiah]}      any number of times
         {"done": {...}} or {"refused": text} or {"problems": [...]} or {"broken": text}
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from serentak.base.errors import InputError, Problem, SerentakError
from serentak.base.messages import set_language

if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[str, int, int, int | None], None]

MOST_PROBLEMS: Final = 500
"""Problems and assumptions that are kept of one import; their number is kept in any case."""


def read(spec: dict[str, Any], step: Step) -> dict[str, Any]:
    """Unpack what was handed over and read it on trial: everything that is wrong, or what would be made."""
    from serentak.operations.new import new_district, parse_mapping  # noqa: PLC0415
    from serentak.operations.plan import read_ground  # noqa: PLC0415
    from serentak.routing.proofs import precheck_district  # noqa: PLC0415
    from serentak.tower.plans.unpack import unpack  # noqa: PLC0415

    upload, target = Path(spec["upload"]), Path(spec["folder"], "daerah")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    ignored: tuple[str, ...] = ()
    try:
        step("unpack", 0, 3, None)
        source = unpack(upload, target)
        step("read", 1, 3, None)
        if source is None:
            report = new_district(upload, target, parse_mapping(spec.get("mapping", ())))
            source, ignored = target, report.ignored
        ground = read_ground(source)
        step("check", 2, 3, None)
        proofs = precheck_district(ground.district, ground.travel)
    except InputError as error:
        shutil.rmtree(target, ignore_errors=True)
        return {"problems": _rows(error.problems), "faults": len(error.problems)}
    district = ground.district
    return {
        "problems": _rows(ground.warnings), "faults": 0, "source": str(source), "ignored": list(ignored),
        "code": district.code, "name": district.name, "zone": district.zone,
        "election_day": district.election_day.isoformat(), "elections": list(district.elections),
        "stations": len(district.stations), "voters": sum(each.voters for each in district.stations),
        "boxes": sum(len(kit.boxes) for kit in ground.kits.stations.values()),
        "recap": sum(len(kit.boxes) for kit in ground.kits.recap.values()),
        "kecamatan": len({each.kecamatan for each in district.stations}),
        "places": len(district.places), "vehicles": sum(row.count for row in district.fleet),
        "escorts": sum(row.teams for row in district.escorts), "network": ground.graph is not None,
        "assumed": [
            {"file": each.file, "row": each.row, "column": each.column, "value": each.value, "rule": each.rule}
            for each in district.assumed[:MOST_PROBLEMS]
        ],
        "assumptions": len(district.assumed),
        "proofs": [str(proof) for proof in proofs[:MOST_PROBLEMS]],
        "impossible": len(proofs),
    }  # fmt: skip


def plan(spec: dict[str, Any], step: Step) -> dict[str, Any]:
    """Plan a district; a plan that an earlier try finished is taken as it is."""
    from serentak.operations.plan import make_plan  # noqa: PLC0415

    out = Path(spec["out"])
    if not (out / "plan.json").is_file():
        halves = {"out": 0, "back": 1}

        def progress(phase: str, done: int, total: int, rupiah: int) -> None:
            step(phase, done + halves[phase] * total, 2 * total, rupiah)

        make_plan(
            Path(spec["source"]), out, spec["effort"], spec.get("seed"), jobs=spec.get("jobs", 1), progress=progress
        )
    return _made(out)


def replan(spec: dict[str, Any], step: Step) -> dict[str, Any]:
    """Make a plan hold again."""
    from serentak.operations.replan import Told, make_replan  # noqa: PLC0415

    out = Path(spec["out"])
    if not (out / "plan.json").is_file():
        step("replan", 0, 1, None)
        with tempfile.TemporaryDirectory() as name:
            closed = list(spec.get("closed", ()))
            if spec.get("areas"):
                areas = Path(name, "wilayah.geojson")
                areas.write_text(json.dumps(spec["areas"]), encoding="utf-8")
                closed.append(str(areas))
            make_replan(Path(spec["plan"]), out, Told(spec["at"], closed, spec.get("lost", ()), spec.get("log")))
    found = json.loads((out / "difference.json").read_text("utf-8"))
    stops = found.pop("stops")
    return _made(out) | {"difference": found | {"stops": len(stops)}}


def _made(out: Path) -> dict[str, Any]:
    import msgspec  # noqa: PLC0415

    from serentak.operations.network_file import sha256_of  # noqa: PLC0415
    from serentak.operations.paper import print_plan  # noqa: PLC0415
    from serentak.plan.model import read_plan  # noqa: PLC0415

    if not (out / "routes.geojson").is_file():
        print_plan(out, ("tables",))
    made = read_plan(out)
    return {
        "sha256": sha256_of(out / "plan.json"), "seed": made.seed, "effort": made.effort,
        "totals": msgspec.to_builtins(made.totals), "supersedes": made.supersedes,
    }  # fmt: skip


def check(spec: dict[str, Any], step: Step) -> dict[str, Any]:
    """Recompute a plan from the copy of its input, by the checker alone."""
    from serentak.operations.check import check_plan_folder  # noqa: PLC0415

    step("check", 0, 1, None)
    verdict = check_plan_folder(Path(spec["plan"]))
    return {
        "violations": [str(each) for each in verdict.violations[:MOST_PROBLEMS]],
        "count": len(verdict.violations),
        "unserved": verdict.unserved,
        "warnings": _rows(verdict.warnings),
    }


def explain(spec: dict[str, Any], step: Step) -> dict[str, Any]:
    """Explain a station or a run."""
    from serentak.operations.plan import read_plan_ground  # noqa: PLC0415
    from serentak.plan.explain import Explainer  # noqa: PLC0415
    from serentak.plan.model import read_plan  # noqa: PLC0415

    step("explain", 0, 1, None)
    folder = Path(spec["plan"])
    planned, ground = read_plan(folder), read_plan_ground(folder)
    explainer = Explainer(planned, ground.district, ground.kits, ground.rules, ground.travel, ground.before)
    said = explainer.explain(spec["subject"])
    return {"subject": said.subject, "lines": list(said.lines)}


def paper(spec: dict[str, Any], step: Step) -> dict[str, Any]:
    """Print a plan into an archive."""
    from serentak.operations.paper import kinds  # noqa: PLC0415
    from serentak.operations.paper_bundle import print_bundle  # noqa: PLC0415

    names = [kind for kind in kinds() if not spec.get("only") or kind in spec["only"]]
    out = Path(spec["out"])
    files = print_bundle(
        Path(spec["plan"]), out, spec.get("kecamatan", ""), spec.get("only", ()), jobs=spec.get("jobs", 1),
        progress=lambda kind: step(kind, names.index(kind), len(names), None),
    )  # fmt: skip
    return {"files": files, "size": out.stat().st_size}


def announce(spec: dict[str, Any], step: Step) -> dict[str, Any]:
    """Announce a plan: forward what the organiser signed elsewhere, or sign with the key of this very machine."""
    from serentak.operations.announce import announce as sign_and_hand_over  # noqa: PLC0415
    from serentak.operations.forward import forward_announcement  # noqa: PLC0415

    step("announce", 0, 1, None)
    folder, log = Path(spec["plan"]), spec["log"]
    if spec.get("signed"):
        signed = Path(spec["signed"])
        return forward_announcement(signed.read_bytes(), spec.get("name", signed.name), folder, log)
    return sign_and_hand_over(folder, log, Path(spec["key"]), spec.get("supervisors", ()))


KINDS: Final = {each.__name__: each for each in (read, plan, replan, check, explain, paper, announce)}


def _rows(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    return [each.as_dict() for each in problems[:MOST_PROBLEMS]]


def answer(spec: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
    """Do a piece of work and say how it ended."""

    def step(phase: str, done: int, total: int, rupiah: int | None) -> None:
        say({"step": [phase, done, total, rupiah]})

    set_language(spec.get("language", "id"))
    try:
        say({"done": KINDS[spec["kind"]](spec, step)})
    except InputError as error:
        say({"problems": _rows(error.problems)})
    except SerentakError as error:
        say({"refused": str(error)})
    except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
        traceback.print_exc()
        say({"broken": f"{type(error).__name__}: {error}"})


def _end_with(stream: IO[str]) -> None:
    """End this process and all it started when the stream closes."""
    stream.read()
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Do what standard input asks for."""
    # What libraries print goes to standard error; the answers have standard output for themselves.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(5)
    spec = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with, args=(sys.stdin,), daemon=True).start()

    def say(line: dict[str, Any]) -> None:
        answers.write(json.dumps(line, ensure_ascii=False) + "\n")
        answers.flush()

    answer(spec, say)


if __name__ == "__main__":
    main()
