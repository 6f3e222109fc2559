"""A Raft snapshot's file: it has its name only when it is whole, on disk, and for us alone."""

from __future__ import annotations

import contextlib
import os
import secrets
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from ceremonies.vault import errors

MOST_BYTES = 1 << 40  # a stream without an end is no snapshot
_SUMS = "SHA256SUMS.sealed"  # written last: without it the archive was cut, or is not restored


class Part:
    """The file while it comes; `keep` gives it its name."""

    def __init__(self, to: Path, *, node: str, most: int = MOST_BYTES) -> None:
        """Raises SnapshotNotKept where it cannot be opened. Only its owner may read it."""
        self._to = to
        self._node = node
        self._left = most
        self._path = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
        self.size = 0
        with self._translated():
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.fdopen(os.open(self._path, flags, 0o600), "w+b")

    def write(self, part: bytes) -> None:
        """Append. Raises SnapshotNotKept, or SnapshotIncomplete above the most that is taken."""
        self._left -= len(part)
        if self._left < 0:
            raise errors.SnapshotIncomplete(node=self._node)
        with self._translated():
            self._file.write(part)
        self.size += len(part)

    def keep(self) -> int:
        """Return the size in bytes of what is now safe under its name.

        Raises SnapshotIncomplete for what is no whole archive (as `vault operator raft snapshot
        save` checks it), SnapshotNotKept where the disk does not take it.
        """
        with self._translated():
            self._file.flush()
            os.fsync(self._file.fileno())
        if not self._is_whole():
            raise errors.SnapshotIncomplete(node=self._node)
        with self._translated():
            self._path.rename(self._to)
            folder = os.open(self._to.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return self.size

    def close(self) -> None:
        """Leave nothing open, and nothing behind but what was kept."""
        with contextlib.suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)

    def _is_whole(self) -> bool:
        try:
            self._file.seek(0)
            with tarfile.open(fileobj=self._file, mode="r|gz") as archive:
                return any(Path(member.name).name == _SUMS for member in archive)
        except (tarfile.TarError, EOFError, zlib.error, OSError):
            return False

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            words = f"{errors.SnapshotNotKept.words} ({os.strerror(error.errno or 0)})"
            raise errors.SnapshotNotKept(node=self._node, words=words) from None
