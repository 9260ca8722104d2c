#!/usr/bin/env python3
"""Measures how many operations of the queue are claimed, and ended, a second by 1, 2 and 4 claimers at once: of the
embedded catalog, whose claimers are one process's, and of PostgreSQL, where each has connections of its own."""

import argparse
import json
import os
import statistics
import subprocess
from pathlib import Path

import world
from postgres import Postgres
from server import ROOT

CLAIMERS = [1, 2, 4]
BENCH = ROOT / "bench/Holdfast.Bench/bin/Release/net10.0/Holdfast.Bench.dll"


def measure(kind: str, place: str, claimers: int, operations: int) -> dict:
    command = ["dotnet", str(BENCH), "claims", kind, place, str(claimers), str(operations)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--operations", type=int, default=3000, help="that are queued, and claimed, in a round")
    options = parser.parse_args()
    rows = {(kind, claimers): [] for kind in ("sqlite", "postgres") for claimers in CLAIMERS}
    with world.workplace() as work:
        postgres = Postgres(work)
        try:
            for number in range(options.rounds):
                for (kind, claimers), results in rows.items():
                    file = work / f"{number}-{claimers}" / "catalog.db"
                    place = str(file) if kind == "sqlite" else postgres.new_database()
                    results.append(measure(kind, place, claimers, options.operations))
        finally:
            postgres.stop()
    medians = [
        {"catalog": kind, "claimers": claimers, "rounds": results}
        | {name: statistics.median(result[name] for result in results) for name in results[0]}
        for (kind, claimers), results in rows.items()
    ]
    print(f"{'catalog':<9} {'claimers':>8} {'claims/s':>9} {'ends/s':>8} {'ms CPU for both':>16}")
    for row in medians:
        print(f"{row['catalog']:<9} {row['claimers']:8} {row['claims_per_second']:9.0f} {row['ends_per_second']:8.0f} "
              f"{row['cpu_seconds'] / options.operations * 1e3:16.2f}")
    world.write_results("claims", {"options": vars(options), "cpus": os.cpu_count(), "rows": medians})


if __name__ == "__main__":
    main()
