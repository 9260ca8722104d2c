#!/usr/bin/env python3
"""Measures `holdfast catalog rebuild` of a project with 10,000 backups, into an empty SQLite and an empty PostgreSQL; and
what one more backup of a share with a single file takes there.

The repository is the service's own, with a snapshot for each backup, and so is the export: only that the snapshots are all
of one tree, and were not made one by one, which would take an hour.
"""

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import world
from claims import BENCH
from postgres import Postgres
from server import HOLDFAST, ROOT, sign_in, start_holdfast

sys.path.append(str(ROOT / "bench/peers"))
from process import measure  # noqa: E402

MORE = 3  # backups that are made in earnest


def make(data: Path, snapshots: int) -> dict:
    """A stopped service with so many backups, their snapshots, and an export that names them. Returns what the last of a few
    more backups took, from its acceptance to its end, and the service's CPU."""
    made = world.make(data, snapshots, 1)
    share = made["spares"][0]
    (data / "shares" / share).mkdir()
    (data / "shares" / share / "file").write_text("content")
    server = start_holdfast(data)
    try:
        headers, project = sign_in(server)
        _back_up(server, headers, share)
    finally:
        server.stop()
    _name_snapshots(data, project, made["ids"])
    server = start_holdfast(data)
    try:
        headers, _ = sign_in(server)
        _back_up(server, headers, share)  # code is compiled as it is used
        cpu = server.cpu()
        operation = _back_up(server, headers, share)
        cpu = server.cpu() - cpu
    finally:
        server.stop()
    begin, end = (datetime.fromisoformat(operation[name]) for name in ("created_at", "finished_at"))
    return {"wall": (end - begin).total_seconds(), "cpu": cpu}


def _back_up(server, headers: dict, share: str) -> dict:
    """Makes a backup, and waits until what only the catalog knows is exported. Returns the backup's operation."""
    request = {"share_backup": {"share_id": share}}
    backup = server.ask_well("/v2/share-backups", headers, request)["share_backup"]["id"]
    operation = settle(server, headers, f"backup_id={backup}")
    settle(server, headers, "kind=export_project")
    return operation


def settle(server, headers: dict, which: str) -> dict:
    """The latest of these operations, once it has ended."""
    while True:
        latest = server.ask_well(f"/api/v1/operations?{which}&limit=1", headers)["operations"][0]
        if latest["finished_at"]:
            return latest
        time.sleep(0.1)


def _name_snapshots(data: Path, project: str, backups: list) -> None:
    environment = os.environ | {"HOLDFAST_DATA": str(data)}
    export = [str(HOLDFAST), "key", "export", "--project", project]
    password = subprocess.run(export, env=environment, check=True, capture_output=True, text=True).stdout
    command = ["dotnet", str(BENCH), "snapshots", str(data / "store" / project)]
    lines = password + "".join(f"{backup}\n" for backup in backups)
    ids = subprocess.run(command, input=lines, check=True, capture_output=True, text=True).stdout.split()
    catalog = sqlite3.connect(data / "catalog" / "catalog.db")
    with catalog:
        catalog.executemany(
            "UPDATE backups SET snapshot_id = ?, status = 'available' WHERE id = ?", zip(ids, backups, strict=True)
        )
    catalog.close()


def rebuild(data: Path, catalog: str, snapshots: int) -> dict:
    """Into an empty catalog."""
    shutil.rmtree(data / "catalog", ignore_errors=True)
    environment = os.environ | {"HOLDFAST_DATA": str(data), "HOLDFAST_CATALOG": catalog}
    log = data.with_name("rebuild.log")
    result = measure([str(HOLDFAST), "catalog", "rebuild"], environment, log)
    said = log.read_text()
    if f" {snapshots + MORE} backups," not in said:
        sys.exit(f"not all backups came back:\n{said[:2000]}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--snapshots", type=int, default=world.OWN_AT_MOST)
    options = parser.parse_args()
    rows = {"sqlite": [], "postgres": []}
    with world.workplace() as work:
        postgres = Postgres(work)
        try:
            backup = make(work / "data", options.snapshots)
            for _ in range(options.rounds):
                for kind, results in rows.items():
                    place = "sqlite" if kind == "sqlite" else postgres.new_database()
                    results.append(rebuild(work / "data", place, options.snapshots))
        finally:
            postgres.stop()
    medians = [
        {"catalog": kind, "rounds": results}
        | {name: statistics.median(result[name] for result in results) for name in results[0]}
        for kind, results in rows.items()
    ]
    print(f"{'catalog':<9} {'snapshots':>9} {'wall s':>7} {'CPU s':>6} {'peak MiB':>9}")
    for row in medians:
        print(f"{row['catalog']:<9} {options.snapshots:9} {row['wall']:7.2f} {row['cpu']:6.2f} {row['memory'] / 1024:9.0f}")
    print(f"one more backup there: {backup['wall']:.2f} s, {backup['cpu']:.2f} s CPU")
    results = {"options": vars(options), "cpus": os.cpu_count(), "rows": medians, "backup": backup}
    world.write_results("rebuild", results)


if __name__ == "__main__":
    main()
