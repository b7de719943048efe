"""Runs the benchmarks that are named, or all: a table on the screen, and JSON in instance/bench/."""

import sys

from portal.config import ROOT
from tests.bench import ctf, register, tablet
from tests.bench.harness import Report

BENCHES = {"register": register.run, "ctf": ctf.run, "tablet": tablet.run}


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(BENCHES)}.", file=sys.stderr)
        return 1
    report = Report()
    for name in names or BENCHES:
        print(f"{name} …", flush=True)
        BENCHES[name](report)
    print(report.table())
    print(report.write(ROOT / "instance" / "bench"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
