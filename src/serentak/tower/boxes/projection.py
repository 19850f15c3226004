"""The state of a log written into the tables: what changed, and nothing else, a batch a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from serentak.custody.acts import MISSING, POWERLESS, PROXY, VOID
from serentak.custody.life import STATUSES
from serentak.custody.query import brief
from serentak.tower.boxes.loads import COLUMNS, LoadBook, moment
from serentak.tower.boxes.models import Box, Load
from serentak.tower.boxes.readiness import goods_of, standing
from serentak.tower.regions.models import Station
from serentak.tower.regions.rollup import STANDING, Changes, Standing, tally
from serentak.tower.site.bulk import portions, update, upsert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from serentak.custody.acts import Act
    from serentak.custody.state import State
    from serentak.tower.boxes.models import Log

_BOX: Final = (
    "id", "owner", "province", "kabupaten", "kecamatan", "village", "letter", "status", "holder", "place", "since",
    "expected_at", "deadline", "disputed", "troubles", "acts",
)  # fmt: skip
_NUMBERS: Final = {status: number for number, status in enumerate(STATUSES)}
_MOST_TROUBLES: Final = 200


class Projection:
    """Writes the state of one log into the tables.

    Parameters
    ----------
    log
        The log.
    state
        Its state.
    """

    def __init__(self, log: Log, state: State) -> None:
        self.log, self.state = log, state
        self.loads = LoadBook(state)

    def write(self, numbers: Iterable[int], now: int) -> None:
        """Write what is known of objects, of their stations, loads and regions, where it differs from the tables.

        Parameters
        ----------
        numbers
            Objects by number; their lives are worked out.
        now
            When deadlines are judged, epoch milliseconds.
        """
        mine = [number for number in numbers if self._is_mine(self.state.objects[number])]
        for number in mine:
            self.loads.take(number, now)
        owners = dict.fromkeys(self.state.objects[number].rpartition("-")[0] for number in mine)
        with transaction.atomic():
            self._write_boxes(mine)
            self._write_stations([owner for owner in owners if not owner.endswith("-R")], now)
            self._write_loads()

    def _is_mine(self, identifier: str) -> bool:
        """Tell whether a box belongs to this log's district; a foreign one belongs to its own, and deviates here."""
        return identifier.startswith(f"{self.log.district}.")

    def _write_boxes(self, numbers: Sequence[int]) -> None:
        for part in portions(numbers):
            rows = {row[0]: row for row in map(self._box, part)}
            known = {row[0]: row for row in Box.objects.filter(pk__in=list(rows)).values_list(*_BOX).order_by()}
            upsert(Box, _BOX, [row for key, row in rows.items() if known.get(key) != row], ["id"], _BOX[7:])

    def _box(self, number: int) -> tuple[Any, ...]:
        found = brief(self.state, number)
        owner = found.id.rpartition("-")[0]
        village = owner[:13] if owner[8:9] == "." else ""
        troubles = " ".join(found.troubles)[:_MOST_TROUBLES]
        return (
            found.id, owner, owner[:2], owner[:5], owner[:8], village, found.id.rpartition("-")[2][0],
            _NUMBERS[found.status], found.holder, found.place, moment(found.since), found.expected_at,
            moment(found.deadline), found.disputed, troubles, self._acts(number),
        )  # fmt: skip

    def _acts(self, number: int) -> list[list[Any]]:
        acts = self.state.acts
        return [[acts.index[act.row], _proof(act)] for act in acts.read(self.state.history[number])]

    def _write_stations(self, owners: Sequence[str], now: int) -> None:
        changes, at = Changes(), timezone.now()
        for part in portions(owners):
            rows = Station.objects.filter(pk__in=part).order_by()
            changed = []
            for pk, village, letters, boxes, *kept in rows.values_list(
                "pk", "village", "elections", "boxes", *STANDING
            ):
                before = Standing(*kept)
                goods = goods_of(self.state, pk, letters)
                again = bool(goods) and "." in self.state.objects[goods[0]].rpartition("-")[2]
                asked = len(goods) if again else boxes + 1
                after = standing(self.state, pk, goods, asked, now)
                if after != before:
                    changed.append((*after, at, pk))
                    changes.add(village, tally(before), tally(after))
            update(Station, (*STANDING, "changed"), changed)
        changes.write()

    def _write_loads(self) -> None:
        rows = [self.loads.row(self.log.pk, load) for load in self.loads.changed()]
        change = ["began", "done", "late", "cancelled", "open"]
        # Two plans may announce the same load, word for word; the later stands.
        upsert(Load, COLUMNS, {row[1]: row for row in rows}.values(), ["log_id", "hash"], change)


def _proof(act: Act) -> str:
    if act.flags & (VOID | POWERLESS):
        return "void"
    if act.role == MISSING:
        return "missing"
    return "proxy" if act.flags & PROXY else "single" if act.signed else ""
