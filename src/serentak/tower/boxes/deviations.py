"""What the log shows to be wrong, as rows: new ones are noted, those that are gone keep their place with a date."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from serentak.custody.report import findings
from serentak.tower.boxes.models import Deviation
from serentak.tower.site.bulk import update, upsert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from serentak.custody.findings import Finding
    from serentak.custody.state import State
    from serentak.tower.boxes.models import Log

_COLUMNS: Final = (
    "log_id", "key", "code", "finding", "objects_named", "owner", "province", "kabupaten", "kecamatan", "village",
    "entries", "figures", "seen_at", "gone_at",
)  # fmt: skip


class DeviationBook:
    """The deviations of one log, as they stand in the database."""

    def __init__(self, log: Log) -> None:
        rows = Deviation.objects.filter(log=log)
        self._known: dict[str, tuple[Any, ...]] = {
            row["key"]: tuple(row[name] for name in _COLUMNS[:-2]) for row in rows.values(*_COLUMNS)
        }
        self._gone = set(rows.exclude(gone_at=None).values_list("key", flat=True))
        self._log = log

    def write(self, state: State, as_of: datetime) -> None:
        """Bring the rows up to date with what is found as of an instant."""
        log = self._log
        now: dict[str, tuple[Any, ...]] = {}
        for each in findings(state, int(as_of.timestamp())):
            key = _key(each)
            while key in now:
                key = sha256(key.encode()).hexdigest()
            now[key] = _row(log, key, each)
        # A row that comes back, or whose objects changed, is the same deviation still.
        again = self._gone & now.keys()
        fresh = [row for key, row in now.items() if self._known.get(key) != row or key in again]
        upsert(
            Deviation, _COLUMNS, [(*row, as_of, None) for row in fresh], ["log_id", "key"],
            ["finding", "objects_named", "entries", "figures", "gone_at"],
        )  # fmt: skip
        ended = self._known.keys() - now.keys() - self._gone
        if ended:
            ids = Deviation.objects.filter(log=log, gone_at=None).values_list("pk", "key")
            update(Deviation, ["gone_at"], [(as_of, pk) for pk, key in ids if key in ended])
        self._gone = (self._gone | ended) - now.keys()
        self._known |= now


def _key(each: Finding) -> str:
    """Give the name of a finding: the same as long as its kind, its evidence and what it says are the same."""
    return sha256(repr((each.code, each.evidence, each.figures)).encode()).hexdigest()


def _row(log: Log, key: str, each: Finding) -> tuple[Any, ...]:
    owners = sorted({name.rpartition("-")[0] for name in each.objects})
    owner = owners[0] if len(owners) == 1 else ""
    village, kecamatan = _common(owners, 13), _common(owners, 8)
    kabupaten = _common(owners, 5) or log.district
    entries = [[index, digest] for index, digest in each.evidence]
    return (
        log.pk, key, each.code, each.severity == "finding", " ".join(each.objects), owner, kabupaten[:2], kabupaten,
        kecamatan, village if village[8:9] == "." else "", entries, dict(each.figures),
    )  # fmt: skip


def _common(owners: Sequence[str], length: int) -> str:
    return owners[0][:length] if owners and len({each[:length] for each in owners}) == 1 else ""
