"""The tables of a district folder as a JSON document, made of the same data that reads them."""

from __future__ import annotations

from serentak.base.messages import _
from serentak.territory.columns import REQUIRED_TABLES, TABLES
from serentak.territory.settings import KEYS


def district_schema() -> dict[str, object]:
    """Give every file of a district folder with its headings, and every key of ``district.toml``."""
    return {
        "district.toml": [{"key": key.name, "required": key.required, "note": _(key.note)} for key in KEYS],
        **{
            f"{name}.csv": {
                "required": name in REQUIRED_TABLES,
                "columns": [
                    {
                        "name": column.name,
                        "heading_id": column.heading,
                        "required": column.required,
                        "note": _(column.note),
                    }
                    for column in columns
                ],
            }
            for name, columns in TABLES.items()
        },
    }
