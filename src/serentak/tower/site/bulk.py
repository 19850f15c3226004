"""Many rows at once, past the models: for projections that keep no trail. The same SQL on SQLite and PostgreSQL."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

AT_ONCE: Final = 900
"""Keys in one question, below what any database takes."""


def upsert(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    key: Sequence[str],
    change: Sequence[str] | None = None,
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
    """
    columns = [_column(model, name) for name in names]
    change = [name for name in names if name not in key] if change is None else change
    known = ", ".join(_column(model, name) for name in key)
    sets = ", ".join(f"{_column(model, name)} = excluded.{_column(model, name)}" for name in change)
    places = ", ".join(["%s"] * len(names))
    sql = (
        f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES ({places}) "  # noqa: S608 - names of our own models
        f"ON CONFLICT ({known}) DO " + (f"UPDATE SET {sets}" if sets else "NOTHING")
    )
    _many(sql, model, names, rows)


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Change rows by their primary key, the last value of each."""
    sets = ", ".join(f"{_column(model, name)} = %s" for name in names)
    key = _options(model).pk.name
    sql = f"UPDATE {_table(model)} SET {sets} WHERE {_column(model, key)} = %s"  # noqa: S608 - as above
    _many(sql, model, [*names, key], rows)


def portions(things: Iterable[Any], size: int = AT_ONCE) -> Iterator[list[Any]]:
    """Cut into lists of at most `size`."""
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


def _many(sql: str, model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    prepare = [_preparer(model, name) for name in names]
    with connection.cursor() as cursor:
        for part in portions(rows, 5_000):
            values = [
                tuple(value if write is None else write(value) for write, value in zip(prepare, row, strict=True))
                for row in part
            ]
            cursor.executemany(sql, values)


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
