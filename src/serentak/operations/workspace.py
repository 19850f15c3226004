"""Folders that are whole or not there: written beside their place, then renamed into it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.operations.network_file import REFERENCE, copy_network, network_files, references, sha256_of


def refuse_existing(out: Path) -> None:
    """Refuse to write into a folder that holds something already.

    Raises
    ------
    InputError
        When the folder is not empty, or a file is in its place.
    """
    if (out.exists() or out.is_symlink()) and (not out.is_dir() or any(out.iterdir())):
        raise InputError.of(
            str(out),
            _("the folder is not empty") if out.is_dir() else _("this is a file, not a folder"),
            _("name a folder that does not exist yet; nothing is ever overwritten"),
        )


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder that becomes `out` when the block ends without an error, and vanishes otherwise.

    Raises
    ------
    InputError
        When `out` holds something already, or cannot be made or filled.
    """
    refuse_existing(out)
    staging: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        folder = staging / out.name
        folder.mkdir()
        yield folder
        if out.is_dir():
            out.rmdir()
        folder.rename(out)
    except OSError as error:
        raise InputError.of(
            str(error.filename or out),
            _("the folder cannot be written: {reason}").format(reason=error.strerror or type(error).__name__),
            _("choose a folder you may write to, on a disk with room"),
        ) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


def copy_input(source: Path, target: Path) -> None:
    """Copy a district folder, or a workbook, byte for byte; hidden files stay behind.

    Of a large network only a note is written, see `serentak.operations.network_file`.
    """
    target.mkdir()
    if source.is_file():
        shutil.copyfile(source, target / source.name)
        return
    copy_network(source, target)
    network = set(network_files(source))
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if path.is_dir():
            (target / relative).mkdir(exist_ok=True)
        elif path.is_file() and path not in network and path != source / REFERENCE:
            shutil.copyfile(path, target / relative)


def input_sha256(folder: Path) -> str:
    """Give the hash of a plan's ``input/``: SHA-256 over the lines ``<sha256>  <relative path>``, sorted by path.

    A network that is only noted counts as if it were there, so that a plan's hash does not depend on where it lies.

    Raises
    ------
    InputError
        When the note of a network cannot be read.
    """
    sums = {file.name: file.sha256 for file in references(folder)}
    for path in folder.rglob("*"):
        if path.is_file() and path != folder / REFERENCE:
            sums[path.relative_to(folder).as_posix()] = sha256_of(path)
    lines = [f"{sums[name]}  {name}\n" for name in sorted(sums, key=lambda name: name.split("/"))]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def district_source(folder: Path) -> Path:
    """Give what to read in a plan's ``input/``: the folder itself, or the one workbook in it."""
    files = [path for path in folder.iterdir() if path.is_file()]
    if len(files) == 1 and files[0].name != "district.toml":
        return files[0]
    return folder
