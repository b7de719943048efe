"""``take FOLDER`` or ``compare OLD NEW``; a comparison that finds something exits with 1."""

import sys
from pathlib import Path

from tests.answers.compare import differences
from tests.answers.walk import take


def main(arguments: list[str]) -> int:
    match arguments:
        case ["take", folder]:
            print(f"{take(Path(folder))} addresses asked")
            return 0
        case ["compare", old, new]:
            found = list(differences(Path(old), Path(new)))
            print("\n\n".join([*found, f"{len(found)} answers differ"]))
            return 1 if found else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
