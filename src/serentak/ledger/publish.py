"""Publication: tiles from the store, then head, signature, witnesses, and the checkpoint file last.

The order is what makes a crash harmless: whatever step is the last one done, the public files are those of a
prefix of the store, and nothing is signed that the store does not remember.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from serentak.base.errors import Broken
from serentak.base.messages import _
from serentak.ledger.checkpoint import Checkpoint
from serentak.ledger.keys import SigningKey, sign_note
from serentak.ledger.read import CHECKPOINT, witness_path
from serentak.ledger.store import Head, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from serentak.ledger.cosign import WitnessClient
    from serentak.ledger.durable import Disk
    from serentak.ledger.edge import RightEdge
    from serentak.ledger.note import Signature, SignedNote
    from serentak.ledger.source import TileSource

_FILES_AT_ONCE: Final = 64


class Publisher:
    """Brings the public files up to date with the store. For one thread at a time.

    Parameters
    ----------
    store
        Own connection to the store.
    disk
        The public folder, to write.
    source
        The same folder, to read.
    keys
        Keys of the log, the Ed25519 key first.
    edge
        The tree at the last signed head, proven to be a prefix of the store.
    witnesses
        Who is asked to cosign.
    clock
        Gives seconds since the epoch, for keys that sign a time.
    """

    def __init__(
        self,
        *,
        store: Store,
        disk: Disk,
        source: TileSource,
        keys: Sequence[SigningKey],
        edge: RightEdge,
        witnesses: Sequence[WitnessClient],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._disk = disk
        self._source = source
        self._keys = keys
        self._edge = edge
        self._witnesses = witnesses
        self._clock = clock
        self._published: SignedNote | None = None
        self._cosigned: dict[str, tuple[Signature, ...]] = {}
        # Checkpoints that witnesses hold, by path, not yet written.
        self._views: dict[str, bytes] = {}
        self._threads = ThreadPoolExecutor(max(1, len(witnesses)), "witness") if witnesses else None

    @property
    def size(self) -> int:
        """Entries under the last signature."""
        return self._edge.size

    def close(self) -> None:
        """Let go of the store and the threads."""
        if self._threads is not None:
            self._threads.shutdown()
        self._store.close()

    def publish(self) -> bool:
        """Publish what is new, if anything is; when this returns it outlives a power cut.

        Returns
        -------
        bool
            Whether the checkpoint changed.

        Raises
        ------
        OSError
            When a file could not be written; calling again tries again.
        Broken
            When the store or a public file contradicts what was signed; nothing more may be signed.
        """
        size = self._store.size()
        if size > self._edge.size:
            self._integrate(size)
        elif self._published is not None and not self._views and not self._missing():
            return False
        signed = self._signed()
        for name, signatures in self._ask_witnesses(signed).items():
            self._cosigned[name] = signatures
            self._views[witness_path(name)] = bytes(signed.signed_also(signatures))
        note = signed.signed_also(each for name in self._cosigned for each in self._cosigned[name])
        changed = self._published is None or bytes(note) != bytes(self._published)
        if changed:
            self._disk.put(CHECKPOINT, bytes(note))
            self._published = note
        # After the checkpoint, so that no reader ever finds a witness ahead of the log.
        if self._views:
            self._disk.put_all(self._views)
            self._views = {}
        return changed

    def _integrate(self, size: int) -> None:
        edge = self._edge.copy()
        files: dict[str, bytes] = {}
        for leaf, entry in self._store.entries(edge.size, size):
            files.update(edge.append(leaf, entry))
            if len(files) >= _FILES_AT_ONCE:
                self._write(files)
                files = {}
        if edge.size != size:
            message = _("the store has {size} entries but {found} could be read")
            raise Broken(message.format(size=size, found=edge.size))
        self._write({**files, **edge.partial_files()})
        old = Head(self._edge.size, self._edge.root())
        self._store.advance_head(old, Head(size, edge.root()))
        self._edge = edge
        self._cosigned = {}
        # Until the new head has been written, there is something to publish, also after an error.
        self._published = None

    def restore(self) -> None:
        """Write the unfinished tiles of the last signed head where they are missing."""
        self._write(self._edge.partial_files())

    def _write(self, files: dict[str, bytes]) -> None:
        new = {}
        for path, data in files.items():
            found = self._disk.get(path)
            if found is None:
                new[path] = data
            elif found != data:
                raise Broken(_("{path} differs from the store; run: serentak log fsck").format(path=path))
        self._disk.put_all(new)

    def _signed(self) -> SignedNote:
        checkpoint = Checkpoint(self._store.origin, self._edge.size, self._edge.root())
        return sign_note(checkpoint.text, self._keys, int(self._clock()))

    def _missing(self) -> list[WitnessClient]:
        return [each for each in self._witnesses if each.witness.name not in self._cosigned and each.due]

    def _ask_witnesses(self, note: SignedNote) -> dict[str, tuple[Signature, ...]]:
        asked = self._missing()
        if self._threads is None or not asked:
            return {}
        answers = self._threads.map(lambda each: each.cosign(note, self._source), asked)
        return {each.witness.name: signatures for each, signatures in zip(asked, answers, strict=True) if signatures}
