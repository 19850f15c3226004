"""Bringing in districts: on trial first, then for good, in one's own territory only."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.operations.plan import read_ground
from serentak.tower.access.actor import actor_of
from serentak.tower.access.territory import covers
from serentak.tower.plans import jobs
from serentak.tower.plans.models import District, Import, Job
from serentak.tower.plans.unpack import LARGEST_UPLOAD
from serentak.tower.regions.load import load_district

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from serentak.tower.access.actor import Actor
    from serentak.tower.access.models import User

INBOX: Final = "inbox"
"""Folder of the home in which the keeper of the machine lays files that are too large to be uploaded."""
TAKEN: Final = (".zip", ".xlsx", ".xlsm", ".csv")


def bring_in(user: User, file: UploadedFile, mapping: str = "") -> Import:
    """Keep an uploaded file apart and have it read on trial.

    Raises
    ------
    InputError
        When its name or size says already that it cannot be used.
    """
    name = Path(file.name or "").name
    _require_kind(name)
    if (file.size or 0) > LARGEST_UPLOAD:
        message = _("the file is larger than {limit} million bytes").format(limit=LARGEST_UPLOAD // 1_000_000)
        remedy = _("Ask the keeper of the machine to lay it into the folder inbox.")
        raise InputError.of(name, message, remedy, value=file.size)
    brought = Import.objects.create(owner=user, name=name[:200])
    folder = _quarantine(brought)
    upload = folder / f"unggahan{Path(name).suffix.lower()}"
    with upload.open("xb") as out:
        for piece in file.chunks():
            out.write(piece)
    return _read(brought, user, upload, mapping)


def take_in(user: User, actor: Actor, name: str, mapping: str = "") -> Import:
    """Have something that lies in the inbox read on trial; it stays there.

    Raises
    ------
    InputError
        When nothing of that name lies there for this actor.
    """
    if name not in inbox(actor):
        message = _("nothing of that name lies in the inbox for you")
        raise InputError.of(INBOX, message, _("Choose from the list."), value=name[:80])
    brought = Import.objects.create(owner=user, name=name[:200])
    _quarantine(brought)
    return _read(brought, user, settings.CONFIG.home / INBOX / name, mapping)


def inbox(actor: Actor) -> list[str]:
    """Give what lies in the inbox for an actor: names begin with the code of the district, ``14.01-kampar.zip``."""
    folder = settings.CONFIG.home / INBOX
    if not folder.is_dir():
        return []
    areas = actor.territories("plans.write")
    return sorted(
        path.name
        for path in folder.iterdir()
        if not path.name.startswith(".")
        and not path.is_symlink()
        and (path.is_dir() or path.suffix.lower() in TAKEN)
        and any(covers(area, path.name[:5]) for area in areas)
    )


def _require_kind(name: str) -> None:
    if Path(name).suffix.lower() not in TAKEN:
        message, remedy = _("files of this kind are not read"), _("Hand over a .zip, .xlsx or .csv file.")
        raise InputError.of(name or "-", message, remedy)


def _quarantine(brought: Import) -> Path:
    folder = settings.CONFIG.web / "uploads" / str(brought.pk)
    folder.mkdir(parents=True)
    brought.folder = folder.relative_to(settings.CONFIG.home).as_posix()
    brought.save()
    return Path(folder)


def _read(brought: Import, user: User, upload: Path, mapping: str) -> Import:
    lines = [line.strip() for line in mapping.splitlines() if line.strip()]
    spec = {"upload": str(upload), "mapping": lines}
    jobs.start("read", str(brought.pk), user, brought=brought, spec=spec)
    return brought


def _begin_read(job: Job) -> dict[str, Any]:
    return {**job.spec, "folder": str(settings.CONFIG.home / job.brought.folder)}


def _finish_read(job: Job, result: dict[str, Any]) -> None:
    brought = job.brought
    if result["faults"]:
        brought.state, brought.report = Import.State.FAULTY, result
        brought.save()
        return
    code = result["code"]
    verdict = actor_of(brought.owner).may("plans.write", code)
    if not verdict.allowed:
        throw_away(brought)
        brought.state, brought.report = Import.State.REFUSED, {"reason": verdict.reason}
        brought.save()
        job.spec = {}
        result.clear()
        return
    brought.state, brought.district = Import.State.READY, code
    brought.source = Path(result["source"]).relative_to(settings.CONFIG.home).as_posix()
    brought.report = result
    brought.save()


def throw_away(brought: Import) -> None:
    """Delete what was handed over; the row stays, for the trail."""
    if brought.state != Import.State.ACCEPTED and brought.folder:
        shutil.rmtree(settings.CONFIG.home / brought.folder, ignore_errors=True)


@transaction.atomic
def discard(brought: Import) -> None:
    """Throw a trial away.

    Raises
    ------
    Refused
        When it was accepted already.
    """
    brought = Import.objects.select_for_update().get(pk=brought.pk)
    if brought.state == Import.State.ACCEPTED:
        raise Refused(_("The district was accepted already."))
    throw_away(brought)
    brought.state = Import.State.DISCARDED
    brought.save()


@transaction.atomic
def accept(brought: Import, user: User) -> Import:
    """Keep a district that was read without errors, below ``plans/<code>/``.

    Raises
    ------
    Refused
        When it was not read, or not without errors.
    """
    brought = Import.objects.select_for_update().get(pk=brought.pk)
    if brought.state == Import.State.ACCEPTED:
        return brought
    if brought.state != Import.State.READY:
        raise Refused(_("Only a district that was read without errors can be accepted."))
    report = brought.report
    home = settings.CONFIG.home
    source, folder = home / brought.source, home / "plans" / report["code"] / f"daerah-{brought.pk}"
    kept = folder / source.relative_to(home / brought.folder).as_posix()
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        (home / brought.folder).rename(folder)
    District.objects.update_or_create(
        code=report["code"],
        defaults={
            "province": report["code"][:2],
            "name": report["name"],
            "zone": report["zone"],
            "election_day": date.fromisoformat(report["election_day"]),
        },
    )
    brought.folder, brought.source = folder.relative_to(home).as_posix(), kept.relative_to(home).as_posix()
    brought.state, brought.accepted_by, brought.accepted_at = Import.State.ACCEPTED, user, timezone.now()
    brought.save()
    jobs.start("load", str(brought.pk), user, brought=brought, district=brought.district)
    return brought


def _load(job: Job) -> dict[str, Any]:
    """Put regions, stations and boxes of an accepted district into the tables."""
    ground = read_ground(job.brought.path)
    return load_district(ground.promised or ground.district, ground.kits)._asdict()


def register() -> None:
    """Say who does what with imports."""
    jobs.handles("read", _begin_read, _finish_read)
    jobs.does("load", _load)
