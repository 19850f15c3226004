"""Many rows at once, past the models: for projections that keep no trail. The same SQL on SQLite and PostgreSQL."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, models

from serentak.base.errors import Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

AT_ONCE: Final = 900
"""Keys in one question, below what any database takes."""
_TOGETHER: Final = 5_000
"""Rows handed over at once."""


def upsert(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    key: Sequence[str],
    change: Sequence[str] | None = None,
    same: Mapping[str, object] | None = None,
) -> None:
    """Insert rows, and change those that are there.

    Parameters
    ----------
    names
        Attributes in the order of the values; all that have no default in the database.
    key
        Attributes by which a row is known.
    change
        Attributes that are changed in a row that is there; all but the key otherwise, none for an empty tuple.
    same
        Further attributes with one value for all rows that are new; nothing that came from outside.
    """
    same = same or {}
    columns = [_column(model, name) for name in (*names, *same)]
    change = [name for name in names if name not in key] if change is None else change
    known = ", ".join(_column(model, name) for name in key)
    sets = ", ".join(f"{_column(model, name)} = excluded.{_column(model, name)}" for name in change)
    one = f"({', '.join([*['%s'] * len(names), *map(_literal, same.values())])})"
    head = f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES "  # noqa: S608 - names of our own models
    tail = f" ON CONFLICT ({known}) DO " + (f"UPDATE SET {sets}" if sets else "NOTHING")
    _run(head + one + tail, _prepared(model, names, rows))


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Change rows by their primary key, the last value of each."""
    sets = ", ".join(f"{_column(model, name)} = %s" for name in names)
    key = _options(model).pk.name
    sql = f"UPDATE {_table(model)} SET {sets} WHERE {_column(model, key)} = %s"  # noqa: S608 - as above
    _run(sql, _prepared(model, [*names, key], rows))


def portions(things: Iterable[Any], size: int = AT_ONCE) -> Iterator[list[Any]]:
    """Cut into lists of at most `size`."""
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


def _run(sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Run one statement for many rows; PostgreSQL prepares it once and takes them in a pipeline."""
    with connection.cursor() as cursor:
        for part in portions(rows, _TOGETHER):
            if connection.vendor == "postgresql":
                # Django's own cursor writes the values into the text of the statement, each time anew.
                from psycopg import Cursor  # noqa: PLC0415 - only where the driver is

                with Cursor(connection.connection) as direct:
                    direct.executemany(sql, part)
            else:
                cursor.executemany(sql, part)


def _prepared(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[tuple[Any, ...]]:
    prepare = [_preparer(model, name) for name in names]
    for row in rows:
        yield tuple(value if write is None else write(value) for write, value in zip(prepare, row, strict=True))


def _literal(value: object) -> str:
    """Write a plain value of ours as SQL does on both databases: a value that is not sent a million times."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if value in ("", []):
        return "''" if value == "" else "'[]'"
    raise Broken(f"{value!r} is not written into a statement")


def _preparer(model: type[models.Model], name: str) -> Callable[[Any], Any] | None:
    field = _field(model, name)
    if isinstance(field, models.DateTimeField | models.JSONField):
        return lambda value: field.get_db_prep_save(value, connection)
    return None


def _field(model: type[models.Model], name: str) -> Any:
    if name.endswith("_id"):
        name = name.removesuffix("_id")
    return _options(model).get_field(name)


def _column(model: type[models.Model], name: str) -> str:
    return connection.ops.quote_name(_field(model, name).column)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(_options(model).db_table)


def _options(model: type[models.Model]) -> Any:
    return model._meta  # noqa: SLF001 - documented as Django's interface
