"""The network of a district: one file ``network.*`` in its folder, or a note where a large one lies."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.travel.network import ENDINGS

STEM: Final = "network"
REFERENCE: Final = "network.ref.toml"
LARGEST_COPY: Final = 50_000_000
"""Bytes of a network, its side files included, above which a plan notes where it lies instead of copying it."""

_BESIDE_SHAPEFILE: Final = (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qpj", ".shp.xml")


@dataclass(frozen=True, slots=True)
class Reference:
    """A file that belongs to a district and lies elsewhere; `path` is absolute, `name` is its name in the district."""

    name: str
    path: str
    size: int
    sha256: str


def find_network(folder: Path) -> Path | None:
    """Give the network file of a district folder, or the file that its note refers to; None where it has neither.

    A district in a workbook has no network.

    Raises
    ------
    InputError
        When there are two, or the file referred to is not there or is not what it was.
    """
    if not folder.is_dir():
        return None
    named = sorted(path for path in folder.iterdir() if _is_network(path))
    note = folder / REFERENCE
    if note.exists() and not named:
        return _referred(note)
    if len(named) > 1 or (named and note.exists() and named[0].name not in {file.name for file in references(folder)}):
        names = [path.name for path in named] + ([REFERENCE] if note.exists() else [])
        raise InputError.of(
            str(folder),
            _("there are two networks: {names}").format(names=", ".join(names)),
            _("keep one; a shapefile, with its side files, counts as one"),
        )
    return named[0] if named else None


def network_files(folder: Path) -> list[Path]:
    """Give the network file of a folder with all that belongs to it; empty where it has none."""
    named = [path for path in sorted(folder.iterdir()) if _is_network(path)]
    return [file for path in named for file in (path, *_beside(path))]


def references(folder: Path) -> list[Reference]:
    """Give what the note of a folder refers to; empty where it has none.

    Raises
    ------
    InputError
        When the note cannot be read.
    """
    note = folder / REFERENCE
    if not note.exists():
        return []
    try:
        rows = tomllib.loads(note.read_text(encoding="utf-8"))["file"]
        found = [
            Reference(str(row["name"]), str(folder.resolve() / row["path"]), int(row["bytes"]), str(row["sha256"]))
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError.of(
            REFERENCE,
            _("the note cannot be read: {reason}").format(reason=error),
            _("write for each file [[file]] with name, path, bytes and sha256"),
        ) from None
    if not any(file.name.lower().endswith(ENDINGS) for file in found):
        raise InputError.of(
            REFERENCE, _("the note names no network file"), _("name one of: {names}").format(names=", ".join(ENDINGS))
        )
    return found


def copy_network(source: Path, target: Path) -> None:
    """Copy the network of a district folder, or note where it lies if it is large."""
    files = network_files(source)
    large = sum(path.stat().st_size for path in files) > LARGEST_COPY
    if not large:
        for path in files:
            shutil.copyfile(path, target / path.name)
    noted = [Reference(path.name, str(path.resolve()), path.stat().st_size, sha256_of(path)) for path in files if large]
    noted += references(source)
    if noted:
        (target / REFERENCE).write_text(_note(noted), encoding="utf-8")


def _note(files: list[Reference]) -> str:
    return "# A network too large to be copied: where it lies, and what it must be.\n" + "".join(
        "\n[[file]]\n"
        f"name = {json.dumps(file.name, ensure_ascii=False)}\n"
        f"path = {json.dumps(file.path, ensure_ascii=False)}\n"
        f"bytes = {file.size}\n"
        f'sha256 = "{file.sha256}"\n'
        for file in files
    )


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_network(path: Path) -> bool:
    name = path.name.lower()
    return name.startswith(f"{STEM}.") and name.endswith(ENDINGS) and path.is_file()


def _beside(path: Path) -> list[Path]:
    if path.suffix.lower() != ".shp":
        return []
    stem = path.name[: -len(".shp")].lower()
    return [
        other
        for other in sorted(path.parent.iterdir())
        if other.name.lower().startswith(stem) and other.name.lower()[len(stem) :] in _BESIDE_SHAPEFILE
    ]


def _referred(note: Path) -> Path:
    """Give the network a note refers to, after seeing that every file is what it was."""
    files = references(note.parent)
    for file in files:
        path = Path(file.path)
        if not path.is_file():
            raise InputError.of(
                REFERENCE,
                _("the network is no longer where the note says"),
                _("put it back, write in {note} where it lies now, or copy it beside the note as {name}").format(
                    note=note, name=file.name
                ),
                column="path",
                value=file.path,
            )
        if path.stat().st_size != file.size or sha256_of(path) != file.sha256:
            raise InputError.of(
                REFERENCE,
                _("the network is not the one that was noted; it has changed since"),
                _("put the file back whose SHA-256 is {sha256}, or plan anew").format(sha256=file.sha256),
                column="path",
                value=file.path,
            )
    return next(Path(file.path) for file in files if file.name.lower().endswith(ENDINGS))
