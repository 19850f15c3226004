"""Map, tables and report as the use case writes them into the plan folder."""

from __future__ import annotations

from serentak.base.messages import set_language
from serentak.operations.check import check_plan_folder
from serentak.operations.paper import print_plan
from serentak.operations.plan import make_plan
from serentak.operations.sample import write_sample

NAMES = ("map.html", "stops.csv", "routes.geojson", "manifest.xlsx", "report.md", "report.pdf")


def test_they_are_the_same_at_every_time_and_leave_the_plan_as_it_is(tmp_path, english):
    write_sample("kecil", tmp_path / "district")
    plan = make_plan(tmp_path / "district", tmp_path / "plan", "draft").folder
    before = {name: (plan / name).read_bytes() for name in ("plan.json", "stops.csv", "report.md")}
    print_plan(plan, ["map", "tables", "report"])
    first = {name: (plan / name).read_bytes() for name in NAMES}
    assert {name: (plan / name).read_bytes() for name in before} == before
    assert check_plan_folder(plan).holds(strict=True)
    print_plan(plan, ["map", "tables", "report"])
    assert {name: (plan / name).read_bytes() for name in NAMES} == first
    set_language("id")
    print_plan(plan, ["map", "report"])
    assert 'lang="id"' in (plan / "map.html").read_text(encoding="utf-8")
    assert (plan / "report.md").read_bytes() != first["report.md"]
