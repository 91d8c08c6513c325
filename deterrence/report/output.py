"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def check_writable(path: str) -> None:
    """Raise the `OSError` that writing to a path would end in, before any work is done for it."""
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(21, "Is a directory", path)
    folder = target.resolve().parent
    if not folder.is_dir():
        raise FileNotFoundError(2, "No such directory", str(folder))
    if not os.access(target if target.exists() else folder, os.W_OK):
        raise PermissionError(13, "Permission denied", path)


def write_whole(path: str, content: str | bytes) -> None:
    """Write to a file whole or not at all; text is UTF-8.

    Raises:
        OSError: the folder is not there or cannot be written to; what stood in the file is then still there.
    """
    check_writable(path)
    data = content.encode() if isinstance(content, str) else content
    target = Path(path).resolve()
    if target.exists() and not target.is_file():  # a device or a pipe has no place of its own to be replaced at
        target.write_bytes(data)
        return
    with drafted(path) as draft:
        draft.write_bytes(data)


@contextmanager
def drafted(path: str) -> Iterator[Path]:
    """A second file beside the one that is wanted, which takes its place once it is written, so that no reader, and no failure, meets half of it."""
    target = Path(path).resolve()  # a link goes on pointing to the file
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{target.stem[:100]}.", suffix=target.suffix[:20], dir=target.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(mode)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The bits that new files are not to have; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
