"""Pages about stations, boxes and places, for those who may see them; what has not arrived, what deviates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from serentak.base.errors import SerentakError
from serentak.base.messages import _
from serentak.custody.life import STATUSES
from serentak.operations.custody_state import say_status
from serentak.tower.access.guard import access
from serentak.tower.access.territory import chain
from serentak.tower.boxes import services
from serentak.tower.boxes.models import Box, Load, Log
from serentak.tower.boxes.proofs import BeingRead, evidence_of
from serentak.tower.boxes.shown import (
    box_status,
    code_words,
    deviation_words,
    fields_of,
    handovers,
    label,
    moment_of,
    said,
)
from serentak.tower.regions.models import Region, Station
from serentak.tower.regions.services import region_page
from serentak.tower.regions.shown import BACK, OUT, AsOf, Status, as_of, proof_word, status
from serentak.tower.site.polling import answer
from serentak.tower.site.templatetags.words import moment_text, number

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_GET
@access("boxes.read", where="code")
def station(request: HttpRequest, code: str) -> HttpResponse:
    """Show a station: its boxes, who has them, what is due, every hand-over with its number in the log."""
    here = get_object_or_404(Station, pk=code)
    boxes = list(Box.objects.filter(owner=code))
    village = Region.objects.filter(pk=here.village).first()
    moment = as_of(code, village.zone if village else "WIB")
    wrong = list(services.deviations_about(code)[: services.PAGE])
    version = (_values(here), [_values(each) for each in boxes], [_values(each) for each in wrong], moment)

    def context() -> dict[str, Any]:
        log = services.log_of(code)
        rows = [(each, box_status(each), label(each.id)) for each in boxes]
        return {
            "here": here,
            "crumbs": crumbs_of(here.village),
            "moment": moment,
            "log": log,
            "out": status(here.out, OUT),
            "back": status(here.back, BACK),
            "out_proof": proof_word(here.out_proof),
            "back_proof": proof_word(here.back_proof),
            "boxes": rows,
            "handovers": handovers(log, boxes) if log else [],
            "wrong": [(each, code_words(each.code), deviation_words(each)) for each in wrong],
            "text": _station_text(here, rows, moment),
        }

    return answer(request, "boxes/station.html", version, context)


def _station_text(here: Station, boxes: list[tuple[Box, Status, str]], moment: AsOf) -> str:
    lines = [
        f"*TPS {here.number}* ({here.id})",
        _("as of {moment}").format(moment=moment.text),
        _("Out: {word}").format(word=status(here.out, OUT).word) + (" – " + _("late") if here.out_late else ""),
        _("Back: {word}").format(word=status(here.back, BACK).word) + (" – " + _("late") if here.back_late else ""),
    ]
    return "\n".join([*lines, *(f"- {name}: {shown.word}" for _box, shown, name in boxes)])


def where_box(_request: HttpRequest, code: str, **_kind: str) -> str | None:
    """Give the station or kecamatan that a box belongs to."""
    owner = Box.objects.filter(pk=code).values_list("owner", flat=True).first()
    return None if owner is None else owner.removesuffix("-R")


@require_GET
@access("boxes.read", where=where_box)
def box(request: HttpRequest, code: str) -> HttpResponse:
    """Show a box or bundle."""
    here = get_object_or_404(Box, pk=code)
    log = services.log_of(code)
    moment = as_of(code, log.zone if log else "WIB")
    wrong = [
        each for each in services.deviations_about(here.owner)[: services.PAGE] if code in each.objects_named.split()
    ]
    loads = _loads_of(here)
    version = (_values(here), [_values(each) for each in wrong], [_values(each) for each in loads], moment)

    def context() -> dict[str, Any]:
        return {
            "here": here,
            "label": label(here.id),
            "is_recap": here.owner.endswith("-R"),
            "crumbs": crumbs_of(here.village or here.kecamatan),
            "moment": moment,
            "log": log,
            "status": box_status(here),
            "handovers": handovers(log, [here]) if log else [],
            "loads": loads,
            "wrong": [(each, code_words(each.code), deviation_words(each)) for each in wrong],
            "text": f"{label(here.id)}: {box_status(here).word}, {here.holder or '–'}, {here.place or '–'}\n"
            + _("as of {moment}").format(moment=moment.text),
        }

    return answer(request, "boxes/box.html", version, context)


def _loads_of(here: Box) -> list[Load]:
    """Give the announced hand-overs at the station itself, out and back; a recapitulation box has none of its own."""
    return list(Load.objects.filter(kabupaten=here.kabupaten, place=here.owner).order_by("step"))


@require_GET
@access("boxes.read", where=where_box)
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    """Give the file of evidence about a box, as ``serentak evidence`` makes it."""
    return evidence_file(request, code)


def evidence_file(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the file of evidence about a box; 404 where the log has nothing of it, 503 while it is being read."""
    log = services.log_of(code)
    if log is None:
        raise Http404
    try:
        made = evidence_of(log, code)
    except BeingRead as reason:
        busy = render(request, "boxes/being_read.html", {"reason": reason}, status=503)
        busy.headers["Retry-After"] = "30"
        return busy
    except SerentakError as error:
        raise Http404(str(error)) from error
    response = HttpResponse(made, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="bukti-{code}.json"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def where_place(_request: HttpRequest, kabupaten: str, name: str, **_kind: str) -> str | None:
    """Give the smallest region that holds what is brought to a place."""
    return services.territory_of_place(kabupaten, name)


@require_GET
@access("boxes.read", where=where_place)
def place(request: HttpRequest, kabupaten: str, name: str) -> HttpResponse:
    """Show a place, or a unit that holds goods: what is there, and what is due."""
    log = services.log_of(kabupaten)
    counted, there = services.at_place(kabupaten, name)
    due = services.rows_of(services.due_at(kabupaten, name), request.GET.get("halaman", ""))
    moment = as_of(kabupaten, log.zone if log else "WIB")
    boxes = list(there[: 2 * services.PAGE])
    version = (counted, [_values(each) for each in (*boxes, *due.rows)], due.page, moment)

    def context() -> dict[str, Any]:
        now = services.judged_at(log)
        statuses = [(box_status(Box(status=each)), n) for each, n in sorted(counted.items())]
        total = sum(counted.values())
        words = ", ".join(f"{number(n)} {say_status(STATUSES[each])}" for each, n in sorted(counted.items()))
        said_now = [
            f"*{name}*",
            _("as of {moment}").format(moment=moment.text),
            _("There: {n} boxes and bundles ({words})").format(n=number(total), words=words or "–"),
        ]
        return {
            "name": name,
            "crumbs": crumbs_of(services.territory_of_place(kabupaten, name) or kabupaten),
            "kabupaten": kabupaten,
            "moment": moment,
            "counted": statuses,
            "total": total,
            "boxes": [(each, box_status(each)) for each in boxes],
            "due": [(each, each.deadline < now, said(each, now)) for each in due.rows],
            "pages": due,
            "text": "\n".join(said_now + [_load_line(each, moment.zone) for each in due.rows[:20]]),
        }

    return answer(request, "boxes/place.html", version, context)


@require_GET
@access("boxes.read")
def not_arrived(request: HttpRequest) -> HttpResponse:
    """Show what has not arrived, by deadline and by region, and what to do about it."""
    here = _asked_region(request)
    page = region_page(here, request.GET.get("arah", ""))
    loads = services.rows_of(services.not_arrived(here.code), request.GET.get("halaman", ""))
    moment = page.moment
    version = (page.version, [_values(each) for each in loads.rows], loads.page)

    def context() -> dict[str, Any]:
        judged = {
            each.pk: services.judged_at(each) for each in Log.objects.filter(pk__in={x.log_id for x in loads.rows})
        }
        rows = [(each, each.deadline < judged[each.log_id], said(each, judged[each.log_id])) for each in loads.rows]
        waiting = [each for each in page.lines if each.open]
        lines = [
            _("*{name}*: what has not arrived").format(name=here.name),
            _("as of {moment}").format(moment=moment.text),
            *(
                _("- {name}: {n} of {whole} stations, {late} late").format(
                    name=each.name,
                    n=number(each.open),
                    whole=number(each.stations),
                    late=number(each.late),
                )
                for each in waiting[:30]
            ),
            *(_load_line(each, moment.zone) for each, _late, _what in rows[:20]),
        ]
        return {
            **page._asdict(),
            "crumbs": crumbs_of(here.code),
            "back": page.leg == BACK,
            "missing": page.own.open,
            "waiting": waiting,
            "rows": rows,
            "pages": loads,
            "text": "\n".join(lines),
        }

    return answer(request, "boxes/not_arrived.html", version, context)


def _load_line(each: Load, zone: str) -> str:
    message = _("- {place}: {n} of {whole} not handed over, by {deadline} ({giver} → {receiver})")
    return message.format(
        place=each.place,
        n=number(each.boxes - each.done),
        whole=number(each.boxes),
        deadline=moment_text(each.deadline, zone),
        giver=each.giver,
        receiver=each.receiver,
    )


@require_GET
@access("boxes.read")
def deviations(request: HttpRequest) -> HttpResponse:
    """Show what deviates by the log: every finding with the entries that show it."""
    here = _asked_region(request)
    kind = request.GET.get("jenis", "")[:32]
    notes, gone = request.GET.get("catatan") == "1", request.GET.get("lewat") == "1"
    found = services.rows_of(
        services.deviations(here.code, notes=notes, gone=gone, kind=kind), request.GET.get("halaman", "")
    )
    kinds = services.deviations_by_kind(here.code)
    moment = as_of(here.code, here.zone)
    version = (moment, kinds, [_values(each) for each in found.rows], found.page)

    def context() -> dict[str, Any]:
        rows = [(each, code_words(each.code), deviation_words(each), each.objects_named.split()) for each in found.rows]
        lines = [
            _("*{name}*: what deviates by the log").format(name=here.name),
            _("as of {moment}").format(moment=moment.text),
            *(
                f"- {each.owner or each.kecamatan or each.kabupaten}: {words} "
                + _("(entries {entries})").format(entries=", ".join(str(index) for index, _hash in each.entries[:5]))
                for each, _kind, words, _objects in rows[:20]
            ),
            *([] if kinds else [_("Nothing deviates.")]),
            *([_("- and more: see the page")] if len(rows) > 20 else []),
        ]
        return {
            "here": here,
            "crumbs": crumbs_of(here.code),
            "moment": moment,
            "kinds": [(name, code_words(name), n) for name, n in kinds],
            "total": sum(n for _name, n in kinds),
            "kind": kind,
            "notes": notes,
            "gone": gone,
            "rows": rows,
            "pages": found,
            "may_write": request.actor.may("findings.write", here.code).allowed,
            "text": "\n".join(lines),
        }

    return answer(request, "boxes/deviations.html", version, context)


def _where_entry(_request: HttpRequest, log: int, index: int) -> str | None:
    found = Log.objects.filter(pk=log).first()
    said_there = services.event_at(found, index) if found is not None else None
    return None if said_there is None else said_there[1]


@require_GET
@access("boxes.read", where=_where_entry)
def entry(request: HttpRequest, log: int, index: int) -> HttpResponse:
    """Show what the log says under a number, field by field."""
    where = get_object_or_404(Log, pk=log)
    found = services.event_at(where, index)
    if found is None:
        raise Http404
    event, territory = found
    context = {
        "log": where,
        "index": index,
        "at": moment_of(event.at),
        "fields": fields_of(event),
        "boxes": services.objects_of_event(event)[:200],
        "crumbs": crumbs_of(territory),
    }
    return render(request, "boxes/entry.html", context)


def _asked_region(request: HttpRequest) -> Region:
    """Give the region asked for by ``?wilayah=``, else the first that the actor may see.

    Raises
    ------
    PermissionDenied, Http404
        When they may not see it, or there is none.
    """
    territories = request.actor.territories("boxes.read")
    code = request.GET.get("wilayah") or territories[0]
    code = code.rpartition("-")[0] if "-" in code else code
    verdict = request.actor.may("boxes.read", request.GET.get("wilayah") or territories[0])
    if not verdict.allowed:
        raise PermissionDenied(verdict.reason)
    return get_object_or_404(Region, pk=code)


def crumbs_of(code: str) -> list[Region]:
    """Give the regions that hold a code, the nation first."""
    codes = chain(code.rpartition("-")[0] if "-" in code else code)
    found = Region.objects.in_bulk(codes)
    return [found[each] for each in codes if each in found]


def _values(row: Any) -> tuple[Any, ...]:
    return tuple(value for key, value in sorted(row.__dict__.items()) if not key.startswith("_"))
