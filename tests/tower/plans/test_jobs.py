"""Work in the background survives whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(cast, home):
    from serentak.tower.plans.models import Job

    return Job.objects.create(kind="explain", key="explain:x", owner=cast["budi"], district="14.01")


@pytest.mark.real
def test_a_killed_planner_leaves_nothing_half_and_can_be_started_again(
    visit, hand_over, kecil, work, monkeypatch, home
):
    from serentak.tower.plans import jobs
    from serentak.tower.plans.models import Job, Plan

    brought = hand_over(kecil)
    visit("budi").post(f"/daerah/{brought.pk}/terima/")
    work()
    address = visit("budi").post(f"/daerah/{brought.pk}/susun/", {"effort": "draft"})["Location"]
    started = subprocess.Popen

    def mortal(*words, **more):
        process = started(*words, **more)
        os.kill(process.pid, signal.SIGKILL)
        return process

    monkeypatch.setattr(jobs.subprocess, "Popen", mortal)
    assert work() == [("plan", "failed")]
    monkeypatch.undo()
    assert not Plan.objects.exists()
    folders = {path.name for path in (home / "plans/14.01").iterdir()}
    assert folders == {f"daerah-{brought.pk}"}
    failed = Job.objects.get(kind="plan")
    assert "SIGKILL" in failed.trouble
    assert "SIGKILL" in visit("budi").get(address).content.decode()
    visit("budi").post(f"{address}ulangi/")
    assert [state for _kind, state in work()] == ["done", "done"]
    assert Plan.objects.count() == 1


def test_a_plan_that_was_finished_before_its_worker_died_is_taken_as_it_is(made, cast, work):
    from serentak.tower.plans.models import Job, Plan

    before = (made.path / "plan.json").stat().st_mtime_ns
    spec = {"effort": "draft", "seed": 1}
    Job.objects.create(
        pk=900, kind="plan", key="plan:x", owner=cast["budi"], district="14.01", brought=made.brought, spec=spec
    )
    assert work()[0] == ("plan", "done")
    assert Plan.objects.get().pk == made.pk
    assert (made.path / "plan.json").stat().st_mtime_ns == before


def test_what_a_dead_worker_left_is_queued_again(job):
    from serentak.tower.plans import jobs
    from serentak.tower.plans.models import Job

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host = jobs._me().rpartition(":")[0]
    Job.objects.filter(pk=job.pk).update(state="running", worker=f"{host}:{dead.pid}")
    assert jobs.resume_lost() == 1
    job.refresh_from_db()
    assert job.state == "queued"
    Job.objects.filter(pk=job.pk).update(state="running", worker=jobs._me())
    assert jobs.resume_lost() == 0, "it is at work"
    silent = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(worker="elsewhere:1", beat=silent)
    assert jobs.resume_lost() == 1


def test_only_one_worker_gets_a_job(job, monkeypatch):
    from serentak.tower.plans import jobs
    from serentak.tower.plans.models import Job

    Job.objects.filter(pk=job.pk).update(state="running")
    monkeypatch.setattr(jobs, "_do", lambda _job: pytest.fail("it is another's"))
    assert jobs.run(job.pk) == "running"


def test_the_database_itself_refuses_a_second_one_of_the_same(job, cast):
    from django.db import IntegrityError, transaction

    from serentak.tower.plans.models import Job

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="explain", key=job.key, owner=cast["budi"])
    Job.objects.filter(pk=job.pk).update(state="done")
    Job.objects.create(kind="explain", key=job.key, owner=cast["budi"])


def test_the_work_ends_when_whoever_asked_for_it_is_gone():
    process = subprocess.Popen(
        [sys.executable, "-m", "serentak.tower.plans.work"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    # It answers at once that nothing can be read, and does not end before it is left alone.
    process.communicate(
        b'{"kind": "plan", "out": "/nowhere/x", "source": "/nowhere/y", "effort": "draft"}\n', timeout=60
    )
    assert process.returncode in (0, -signal.SIGKILL)


def test_the_task_is_queued_when_the_click_is_kept(visit, hand_over, kecil, django_capture_on_commit_callbacks):
    from django_tasks_db.models import DBTaskResult

    brought = hand_over(kecil)
    visit("budi").post(f"/daerah/{brought.pk}/terima/")
    with django_capture_on_commit_callbacks(execute=True):
        visit("budi").post(f"/daerah/{brought.pk}/susun/", {"effort": "draft"})
    assert DBTaskResult.objects.count() == 1
    assert DBTaskResult.objects.get().task_path == "serentak.tower.plans.jobs.run_job"
