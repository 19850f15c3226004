"""Sample districts made by our own code: nothing in them was taken from anybody's data files.

``kecil`` is one kecamatan of twelve stations, all invented. ``kampar`` has the real kecamatan, villages and
station counts of Kabupaten Kampar as facts with sources; positions and voters per station are invented.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.operations.sample_kampar import kampar_files
from serentak.operations.workspace import new_folder

DATA: Final = Path(__file__).parent / "data"
SAMPLES: Final = ("kampar", "kecil")


def write_sample(name: str, out: Path) -> None:
    """Write a sample district folder; the same name gives the same bytes.

    Parameters
    ----------
    name
        ``kampar`` or ``kecil``.
    out
        Folder to write, which must not exist or be empty.

    Raises
    ------
    InputError
        When there is no such sample, or the folder holds something.
    """
    if name not in SAMPLES:
        raise InputError.of(
            name, _("there is no such sample"), _("choose one of: {names}").format(names=", ".join(SAMPLES))
        )
    files = kampar_files() if name == "kampar" else kecil_files()
    with new_folder(out) as folder:
        for file, text in files.items():
            (folder / file).write_bytes(text.encode("utf-8"))


def kecil_files() -> dict[str, str]:
    """Give the files of the sample ``kecil`` by name."""
    return {path.name: path.read_text("utf-8") for path in sorted((DATA / "kecil").iterdir())}
