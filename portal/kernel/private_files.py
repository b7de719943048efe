"""The portal's own files are for the account it runs under, and for nobody else on the machine."""

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600


def make_folder(folder: Path) -> None:
    """Makes the folder, or tightens one that others could look into, with all that is in it."""
    folder.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    mode = folder.stat().st_mode
    if mode & stat.S_ISVTX:  # a place that all share, such as /tmp, is not the portal's to close
        return
    if mode & 0o077:
        for path in folder.rglob("*"):
            tighten(path)
        tighten(folder)
    for path in folder.iterdir():  # the database and the keys, also where the folder was closed already
        tighten(path)


def tighten(path: Path) -> None:
    """Takes the rights of everybody else from a file or folder that is ours; a file that has gone is no matter."""
    with suppress(FileNotFoundError, PermissionError):
        if path.is_symlink() or not path.lstat().st_mode & 0o077:
            return
        os.chmod(path, FOLDER if path.is_dir() else FILE)


def only_for_the_owner() -> None:
    """Whatever this process makes from now on is its owner's alone."""
    os.umask(0o077)
