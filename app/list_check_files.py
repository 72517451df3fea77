"""What a list check writes: files that appear whole under their names, together, or not at all.

Until then they have no name at all where the system can do that (`O_TMPFILE`): whoever kills the
process leaves nothing behind.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from marketing.list_columns import ListUnclear

_PRIVATE = 0o600


class Output:
    """One file on its way."""

    def __init__(self, target: Path) -> None:
        """Begin it.

        :raises ListUnclear: there is such a file already, or none can be written there.
        """
        self.target = target
        self._digest = hashlib.sha256()
        self._named: Path | None = None
        try:
            if target.exists() or target.is_symlink():
                raise FileExistsError(errno.EEXIST, "is there already")
            handle = self._nameless()
            self._stream = os.fdopen(handle, "wb", buffering=1 << 20)
        except OSError as fault:
            raise ListUnclear(f"{target}: {fault.strerror}.") from fault

    def _nameless(self) -> int:
        folder = self.target.parent
        try:
            return os.open(folder, os.O_TMPFILE | os.O_WRONLY, _PRIVATE)
        except (OSError, AttributeError) as fault:
            if isinstance(fault, FileNotFoundError | PermissionError):
                raise
        handle, name = tempfile.mkstemp(prefix=f".{self.target.name}.", dir=folder)
        self._named = Path(name)
        return handle

    @property
    def sha256(self) -> str:
        """The hash of what was written, hex."""
        return self._digest.hexdigest()

    def write(self, content: bytes) -> None:
        """Write some of it.

        :raises ListUnclear: it cannot be written: the disk is full.
        """
        self._digest.update(content)
        try:
            self._stream.write(content)
        except OSError as fault:
            raise ListUnclear(f"{self.target}: {fault.strerror}.") from fault

    def settle(self) -> None:
        """Have all of it survive a power cut.

        :raises ListUnclear: it cannot be written.
        """
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as fault:
            raise ListUnclear(f"{self.target}: {fault.strerror}.") from fault

    def name(self) -> None:
        """Let it appear.

        :raises ListUnclear: there is such a file by now.
        """
        try:
            if self._named is None:
                self._name_nameless()
            else:
                os.link(self._named, self.target)
        except OSError as fault:
            if self._named is None or self.target.exists():
                raise ListUnclear(f"{self.target}: {fault.strerror}.") from fault
            # A share of another system that knows no links.
            self._named.rename(self.target)

    def _name_nameless(self) -> None:
        # Only with a folder given does Python follow the link that stands for the file.
        folder = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.link(str(self._stream.fileno()), self.target, src_dir_fd=folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Let go of it; what has no name is gone."""
        self._stream.close()
        if self._named is not None:
            self._named.unlink(missing_ok=True)


class Outputs:
    """Several files that appear together."""

    def __init__(self) -> None:
        """Begin with none."""
        self._open: dict[str, Output] = {}

    def __enter__(self) -> Self:
        """Use them in a `with` block; left by an error, they never were."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of them."""
        for output in self._open.values():
            output.close()

    def begin(self, name: str, target: Path | None) -> None:
        """Begin one; nothing where it is not wanted.

        :raises ListUnclear: it cannot be written there.
        """
        if target is None:
            return
        if target.resolve() in {o.target.resolve() for o in self._open.values()}:
            raise ListUnclear(f"{target} is named twice.")
        self._open[name] = Output(target)

    def __contains__(self, name: object) -> bool:
        """Say whether one is wanted."""
        return name in self._open

    def write(self, name: str, content: bytes) -> None:
        """Write some of one; nothing where it is not wanted.

        :raises ListUnclear: it cannot be written.
        """
        if content and name in self._open:
            self._open[name].write(content)

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each so far."""
        return {name: output.sha256 for name, output in self._open.items()}

    def appear(self) -> None:
        """Let all of them appear.

        :raises ListUnclear: one cannot; those before it are taken back.
        """
        for output in self._open.values():
            output.settle()
        named: list[Path] = []
        try:
            for output in self._open.values():
                output.name()
                named.append(output.target)
        except ListUnclear:
            for target in named:
                target.unlink(missing_ok=True)
            raise
