"""Where the bytes lie: encrypted, under random names, in the instance folder, outside everything that is served."""

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.fernet import InvalidToken, MultiFernet
from flask import current_app

from portal.kernel.errors import Refused

_LOST = (
    "This file cannot be read from the portal's store, though its entry is there. Nothing else is affected. "
    "Tell an administrator, and add the file again if you have it."
)


def new_place() -> str:
    return secrets.token_hex(16)


def write(place: str, content: bytes) -> None:
    """Encrypts and keeps ``content``; when this returns it is on the disk, whole, under its own name."""
    path = _path(place)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_ring().encrypt(content))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        _keep_folder(path.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def read(place: str) -> bytes:
    """Raises ``Refused`` in words for people when the file is lost or its key is."""
    try:
        return _ring().decrypt(_path(place).read_bytes())
    except (OSError, InvalidToken):
        raise Refused(_LOST) from None


def delete(place: str) -> None:
    _path(place).unlink(missing_ok=True)


def older_than(seconds: float) -> Iterator[str]:
    """Places of all files, half-written ones too, that have lain there so long."""
    edge = time.time() - seconds
    for path in _folder().glob("??/*"):
        try:
            if path.stat().st_mtime < edge:
                yield path.name
        except FileNotFoundError:
            continue


def _folder() -> Path:
    folder: Path = current_app.extensions["config"].instance / "files"
    return folder


def _path(place: str) -> Path:
    return _folder() / place[:2] / place


def _ring() -> MultiFernet:
    ring: MultiFernet = current_app.extensions["data_keys"]
    return ring


def _keep_folder(folder: Path) -> None:
    """The new name itself must outlast a power cut."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
