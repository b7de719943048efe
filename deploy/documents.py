"""Install Debian's libraries that made documents (PDF) need, where that can be done.

Where it cannot, the portal runs all the same: a page then says that PDFs cannot
be made and offers to print. So this never fails, and it tries once only.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ANSWER = ROOT / ".venv" / "documents"
PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
PATIENCE = 180  # seconds for one step: a machine without a network must not hold up the start


def there() -> bool:
    return all(ctypes.util.find_library(name) for name in LIBRARIES)


def apt_get(*arguments: str) -> bool:
    command = ["apt-get", "-qq", "-o", "Acquire::Retries=1", *arguments]
    try:
        result = subprocess.run(
            command,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def install() -> bool:
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    print("Setting up: libraries for PDF documents", flush=True)
    wanted = ("install", "--no-install-recommends", *PACKAGES)
    return apt_get(*wanted) or (apt_get("update") and apt_get(*wanted))


def main() -> int:
    if ANSWER.is_file() or there():
        return 0
    if not install() or not there():
        print(f"PDF documents cannot be made until these packages are installed: {' '.join(PACKAGES)}.")
    if ANSWER.parent.is_dir():
        ANSWER.write_text("asked\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
