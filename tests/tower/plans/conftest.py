"""A home of its own for every test, districts to bring in, and a worker that is called by hand."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from serentak.operations.sample import write_sample


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home")
    settings.PLAN_JOBS = 1
    (tmp_path / "home/web").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def kecil_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("daerah") / "kecil"
    write_sample("kecil", folder)
    return folder


def zipped(files: dict[str, bytes | str]) -> bytes:
    """Give an archive of files by name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.fixture
def kecil(kecil_folder):
    """Give the files of the small sample district by name."""
    return {path.name: path.read_bytes() for path in kecil_folder.iterdir()}


@pytest.fixture
def work(db):
    """Give a function that does all that waits, and gives the states it ended in."""

    def do() -> list[str]:
        from serentak.tower.plans import jobs
        from serentak.tower.plans.models import Job

        ended = []
        while job := Job.objects.filter(state="queued").order_by("pk").first():
            ended.append((job.kind, jobs.run(job.pk)))
        return ended

    return do


@pytest.fixture(autouse=True)
def here(request, monkeypatch):
    """Do the work in this process, because starting one costs more than the work; ``real`` marks who starts one."""
    if request.node.get_closest_marker("real"):
        return
    from serentak.tower.plans import jobs
    from serentak.tower.plans import work as room

    def at_once(spec):
        lines = []
        room.answer(spec, lines.append)
        yield from lines

    monkeypatch.setattr(jobs, "_work", at_once)


@pytest.fixture
def hand_over(visit, work):
    """Give a function that uploads files as somebody, reads them on trial, and gives the import."""

    def do(files, who="budi", name="daerah.zip", **more):
        from serentak.tower.plans.models import Import

        data = files if isinstance(files, bytes) else zipped(files)
        answer = visit(who).post("/daerah/unggah/", {"file": SimpleUploadedFile(name, data), **more})
        assert answer.status_code == 302
        work()
        return Import.objects.first()

    return do


@pytest.fixture(scope="session")
def planned(kecil_folder, tmp_path_factory):
    """Give the plan folder of the small district, and what its making and its check say."""
    from serentak.tower.plans import work as room

    out = tmp_path_factory.mktemp("rencana") / "rencana"

    def quiet(*_step):
        pass

    result = room.plan({"source": str(kecil_folder), "out": str(out), "effort": "draft", "seed": 1}, quiet)
    return out, result, room.check({"plan": str(out)}, quiet)


@pytest.fixture
def made(cast, home, planned, kecil_folder):
    """Give a plan of the small district, made by budi and checked; its stations are in the tables."""
    from serentak.operations.plan import read_ground
    from serentak.tower.plans.models import District, Import, Plan
    from serentak.tower.regions.load import load_district

    folder, result, verdict = planned
    ground = read_ground(kecil_folder)
    load_district(ground.district, ground.kits)
    shutil.copytree(kecil_folder, home / "plans/14.01/daerah-1/daerah")
    shutil.copytree(folder, home / "plans/14.01/rencana-900")
    district = District.objects.create(
        code="14.01", province="14", name=ground.district.name, zone="WIB", election_day=ground.district.election_day
    )
    brought = Import.objects.create(
        district="14.01", name="kecil.zip", state="accepted", owner=cast["budi"], folder="plans/14.01/daerah-1",
        source="plans/14.01/daerah-1/daerah", report={"code": "14.01", "zone": "WIB", "stations": 12},
    )  # fmt: skip
    return Plan.objects.create(
        district=district, brought=brought, folder="plans/14.01/rencana-900", sha256=result["sha256"], effort="draft",
        seed=1, made_by=cast["budi"], totals=result["totals"], verdict=verdict,
    )  # fmt: skip
