"""Files from outside become a folder: nothing outside it, nothing too large, nothing of an unknown kind.

Names and sizes that an archive states are not believed: names are checked, bytes are counted while they come out.
"""

from __future__ import annotations

import shutil
import stat
import tomllib
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final

from serentak.base.errors import Problems
from serentak.base.messages import _
from serentak.base.workbook import Workbook
from serentak.operations.network_file import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_UPLOAD: Final = 100_000_000
"""Bytes of one file handed over."""
LARGEST_FOLDER: Final = 400_000_000
"""Bytes of all that comes out of it."""
MOST_FILES: Final = 500
LONGEST_NAME: Final = 120
DENSEST: Final = 200
"""How many times larger than in the archive a file of more than a megabyte may come out."""
WORKBOOKS: Final = (".xlsx", ".xlsm")
ENDINGS: Final = (
    ".toml", ".csv", ".json", ".geojson", ".graphml", ".xlsx", ".pbf", ".osm", ".gpkg", ".fgb", ".shp", ".shx", ".dbf",
    ".prj", ".cpg", ".txt", ".md",
)  # fmt: skip
"""Kinds of files that a district folder may hold."""
_PIECE: Final = 1 << 20
_SQLITE: Final = b"SQLite format 3\x00"


def unpack(upload: Path, target: Path) -> Path | None:
    """Make a district folder, or a district workbook, of what was handed over.

    Parameters
    ----------
    upload
        A ZIP archive, a workbook, a CSV list, or a folder of the server.
    target
        Folder to fill; it must be empty.

    Returns
    -------
    Path or None
        The district folder or workbook; None where `upload` is a bare list of stations.

    Raises
    ------
    InputError
        When it holds what no district folder may hold, with everything that is wrong.
    """
    problems = Problems()
    ending = upload.suffix.lower()
    if upload.is_dir():
        _copy_folder(upload, target, problems)
    elif ending == ".zip":
        _unzip(upload, target, problems)
    elif ending in WORKBOOKS:
        if Workbook(upload).find("district") is None:
            return None
        shutil.copyfile(upload, target / "daerah.xlsx")
        return target / "daerah.xlsx"
    elif ending == ".csv":
        return None
    else:
        message, remedy = _("files of this kind are not read"), _("Hand over a .zip, .xlsx or .csv file.")
        problems.error(upload.name, None, None, ending, message, remedy)
    problems.raise_errors()
    _see_what_it_names(target, problems)
    problems.raise_errors()
    return target


def _unzip(upload: Path, target: Path, problems: Problems) -> None:
    try:
        with zipfile.ZipFile(upload) as archive:
            members = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(info.filename)]
            _see_the_sizes(upload.name, [info.file_size for info in members], problems)
            top = _common_top([info.filename for info in members])
            wanted = [(info, _safe_name(upload.name, info.filename, top, problems)) for info in members]
            for info in members:
                _see_the_member(upload.name, info, problems)
            problems.raise_errors()
            left = LARGEST_FOLDER
            for info, name in wanted:
                if name is not None:
                    with archive.open(info) as file:
                        left -= _pour(file, target / name, left, upload.name, problems)
                problems.raise_errors()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, ValueError) as error:
        message = _("the archive cannot be read: {reason}").format(reason=error)
        problems.error(upload.name, None, None, None, message, _("Pack the folder anew as an ordinary ZIP file."))


def _copy_folder(source: Path, target: Path, problems: Problems) -> None:
    files = list(_files_below(source, source.name, problems))
    _see_the_sizes(source.name, [path.stat().st_size for path in files], problems)
    wanted = [
        (path, _safe_name(source.name, path.relative_to(source).as_posix(), "", problems))
        for path in files
        if not _is_litter(path.relative_to(source).as_posix())
    ]
    problems.raise_errors()
    left = LARGEST_FOLDER
    for path, name in wanted:
        if name is not None:
            with path.open("rb") as file:
                left -= _pour(file, target / name, left, source.name, problems)
        problems.raise_errors()


def _files_below(folder: Path, label: str, problems: Problems) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            message = _("links to other places are not followed")
            problems.error(label, None, None, path.name, message, _("Put the file itself into the folder."))
        elif path.is_file():
            yield path


def _see_the_sizes(label: str, sizes: list[int], problems: Problems) -> None:
    if len(sizes) > MOST_FILES:
        message = _("it holds more than {limit} files").format(limit=MOST_FILES)
        problems.error(label, None, None, len(sizes), message, _("Pack the district folder alone."))
    if sum(sizes) > LARGEST_FOLDER:
        message = _("unpacked it is larger than {limit} million bytes").format(limit=LARGEST_FOLDER // 1_000_000)
        remedy = _("Cut the road network to the district, or plan it on the command line.")
        problems.error(label, None, None, sum(sizes), message, remedy)


def _see_the_member(label: str, info: zipfile.ZipInfo, problems: Problems) -> None:
    name = info.filename[:LONGEST_NAME]
    if info.flag_bits & 1:
        message = _("a file in it is locked with a password")
        problems.error(label, None, None, name, message, _("Pack it without a password."))
    if stat.S_ISLNK(info.external_attr >> 16):
        message = _("links to other places are not followed")
        problems.error(label, None, None, name, message, _("Put the file itself into the folder."))
    if info.file_size > 1_000_000 and info.file_size > DENSEST * max(1, info.compress_size):
        message = _("a file in it grows more than {limit} times when it is unpacked").format(limit=DENSEST)
        problems.error(label, None, None, name, message, _("No table does; pack the folder anew."))


def _is_litter(name: str) -> bool:
    """Tell whether a file was put there by a desktop, not by a person."""
    parts = PurePosixPath(name).parts
    return bool(parts) and (parts[0] == "__MACOSX" or parts[-1] in ("Thumbs.db", "desktop.ini", ".DS_Store"))


def _common_top(names: list[str]) -> str:
    """Give the one folder that holds all, where an archive has one."""
    tops = {name.partition("/")[0] for name in names}
    return f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name in names) else ""


def _safe_name(label: str, name: str, top: str, problems: Problems) -> str | None:
    """Give the name of a file below the target; None, and a problem, where it may not be there."""
    inside = name.removeprefix(top)
    parts = PurePosixPath(inside).parts
    faulty = (
        not parts
        or len(parts) > 3
        or len(inside) > LONGEST_NAME
        or inside.startswith("/")
        or any(part in ("..", ".") or part.startswith(".") or part.strip() != part for part in parts)
        or any(ord(sign) < 32 or sign in '\\:*?"<>|' for sign in inside)
    )
    if faulty:
        message = _("the name of a file may not lead elsewhere, be hidden, or hold unusual signs")
        problems.error(label, None, None, name[:LONGEST_NAME], message, _("Use plain names, without folders in them."))
        return None
    if parts[-1] == REFERENCE:
        message = _("a note of a network that lies elsewhere cannot be handed over")
        problems.error(label, None, None, name, message, _("Put the network itself into the folder."))
        return None
    if PurePosixPath(inside).suffix.lower() not in ENDINGS:
        message = _("files of this kind do not belong into a district folder")
        remedy = _("Leave it out; these are read: {names}").format(names=" ".join(ENDINGS))
        problems.error(label, None, None, name[:LONGEST_NAME], message, remedy)
        return None
    return inside


def _pour(file: IO[bytes], target: Path, left: int, label: str, problems: Problems) -> int:
    """Write a file, as many bytes as there is room for; give how many they were."""
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with target.open("xb") as out:
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > left:
                message = _("unpacked it is larger than {limit} million bytes")
                message = message.format(limit=LARGEST_FOLDER // 1_000_000)
                problems.error(label, None, None, target.name, message, _("No table does; pack the folder anew."))
                break
            out.write(piece)
    return size


def _see_what_it_names(folder: Path, problems: Problems) -> None:
    """See that no file of the folder makes its readers open files elsewhere."""
    hazards = folder / "hazards.toml"
    if hazards.is_file():
        try:
            layers = tomllib.loads(hazards.read_text("utf-8")).get("layers", [])
        except (ValueError, UnicodeDecodeError):
            layers = []  # who reads the district will say what is wrong with it
        for layer in layers if isinstance(layers, list) else []:
            name = layer.get("file", "") if isinstance(layer, dict) else ""
            if not isinstance(name, str) or name != PurePosixPath(name).name or "\\" in name:
                message = _("a layer may only name a file that lies beside it")
                problems.error("hazards.toml", None, "layers.file", name, message, _("Put the file into the folder."))
    for path in folder.rglob("*.gpkg"):
        with path.open("rb") as file:
            if file.read(16) != _SQLITE:
                problems.error(
                    path.name, None, None, None, _("this is no GeoPackage"), _("Export it anew from your map program.")
                )  # fmt: skip
