"""A home of its own for every test, districts to bring in, and a worker that is called by hand."""

from __future__ import annotations

import io
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


@pytest.fixture
def made(visit, work, hand_over, kecil):
    """Give a plan of the small district, made by budi and checked."""
    from serentak.tower.plans.models import Plan

    brought = hand_over(kecil)
    client = visit("budi")
    client.post(f"/daerah/{brought.pk}/terima/")
    client.post(f"/daerah/{brought.pk}/susun/", {"effort": "draft", "seed": "1"})
    ended = work()
    assert [state for _kind, state in ended] == ["done"] * len(ended), ended
    return Plan.objects.get()
