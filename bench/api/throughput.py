#!/usr/bin/env python3
"""Measures how many small backups a second the service makes, from the request to `available`, with 1, 2 and 4 worker
processes beside one node that takes requests and schedules.

All share one PostgreSQL, a store in a local directory and one share root. Every share has a few small files, and all are
accepted as fast as the node takes them. CPU is that of all nodes, and of PostgreSQL, for each backup.
"""

import argparse
import os
import random
import statistics
import time
from datetime import datetime
from pathlib import Path

import world
from postgres import Postgres
from server import load, sign_in, start_holdfast

WORKERS = [1, 2, 4]
FILES = 5
FILE_BYTES = 4096


def measure(postgres: Postgres, work: Path, workers: int, backups: int) -> dict:
    work.mkdir()
    shared = {
        "HOLDFAST_CATALOG": postgres.new_database(),
        "HOLDFAST_STORE": f"file:{work}/store",
        "HOLDFAST_SHARE_ROOTS": f"local={work}/shares",
        "HOLDFAST_VOLUME_ROOTS": f"local={work}/volumes",
        "HOLDFAST_MASTER_KEY_FILE": f"{work}/master.key",
        "HOLDFAST_WORKERS__POLL_SECONDS": "1",  # word of what is queued comes by itself
    }
    (work / "shares").mkdir()
    (work / "volumes").mkdir()
    nodes = []
    try:
        for name in ["api", *(f"worker{number}" for number in range(workers))]:
            roles = "worker" if name != "api" else "api,scheduler"
            nodes.append(start_holdfast(work / name, roles, environment=shared | {"HOLDFAST_NODE": name}))
        api = nodes[0]
        headers, project = sign_in(api)
        for quota in ("shares", "gigabytes", "backups", "backup_gigabytes"):
            api.ask_well(f"/v2/quota-sets/{project}", headers, {"quota_set": {quota: -1}}, "PUT")
        shares = _make_shares(api, headers, work / "shares", backups + 2 * workers)
        # Each worker's code is compiled as it is used, and the first backup makes the repository.
        _back_up(api, headers, shares[:1])
        _back_up(api, headers, shares[1 : 2 * workers])
        seen = [node.cpu() for node in nodes], postgres.cpu()
        begin = time.perf_counter()
        _back_up(api, headers, shares[2 * workers :])
        wall = time.perf_counter() - begin
        spent = [node.cpu() - before for node, before in zip(nodes, seen[0])]
        database = postgres.cpu() - seen[1]
        waited = _latencies(api, headers, backups)
    finally:
        for node in nodes:
            node.stop()
    return {
        "rate": backups / wall,
        "cpu_api": spent[0] / backups,
        "cpu_workers": sum(spent[1:]) / backups,
        "cpu_database": database / backups,
        "p50": statistics.median(waited),
        "p99": statistics.quantiles(waited, n=100)[98],
    }


def _make_shares(api, headers: dict, root: Path, count: int) -> list:
    body = '{"share": {"share_proto": "NFS", "size": 1}}'
    load(api, [("/v2/shares", body)] * count, headers, connections=4)
    _wait(api, headers, "/v2/shares?status=creating&limit=1", "shares")
    chance = random.Random(1)
    listed = api.ask_well("/v2/shares", headers)["shares"]
    for share in listed:
        for number in range(FILES):
            (root / share["id"] / f"file{number}").write_bytes(chance.randbytes(FILE_BYTES))
    return [share["id"] for share in listed]


def _back_up(api, headers: dict, shares: list) -> None:
    body = '{"share_backup": {"share_id": "%s"}}'
    load(api, [("/v2/share-backups", body % share) for share in shares], headers, connections=4)
    _wait(api, headers, "/v2/share-backups?status=creating&limit=1", "share_backups")


def _wait(api, headers: dict, path: str, name: str) -> None:
    while api.ask_well(path, headers)[name]:
        time.sleep(0.1)  # seldom, as the answers are measured too


def _latencies(api, headers: dict, count: int) -> list:
    """Seconds from the acceptance to the end of the latest backups."""
    path = f"/v2/share-backups/detail?status=available&sort_key=created_at&sort_dir=desc&limit={count}"
    rows = api.ask_well(path, headers)["share_backups"]
    if len(rows) != count:
        raise RuntimeError(f"{len(rows)} of {count} backups are available")
    at = lambda row, name: datetime.fromisoformat(row[name])
    return [(at(row, "updated_at") - at(row, "created_at")).total_seconds() for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--backups", type=int, default=150, help="of a round")
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    options = parser.parse_args()
    rows = {workers: [] for workers in options.workers}
    with world.workplace() as work:
        postgres = Postgres(work)
        try:
            for number in range(options.rounds):
                for workers, results in rows.items():
                    results.append(measure(postgres, work / f"{number}-{workers}", workers, options.backups))
        finally:
            postgres.stop()
    medians = [
        {"workers": workers, "rounds": results}
        | {name: statistics.median(result[name] for result in results) for name in results[0]}
        for workers, results in rows.items()
    ]
    print(f"{'workers':>7} {'backups/s':>10} {'ms CPU of workers':>18} {'of the API':>11} {'of PostgreSQL':>14} "
          f"{'p50 s':>7} {'p99 s':>7}")
    for row in medians:
        print(f"{row['workers']:7} {row['rate']:10.1f} {row['cpu_workers'] * 1e3:18.1f} {row['cpu_api'] * 1e3:11.1f} "
              f"{row['cpu_database'] * 1e3:14.1f} {row['p50']:7.2f} {row['p99']:7.2f}")
    world.write_results("throughput", {"options": vars(options), "cpus": os.cpu_count(), "rows": medians})


if __name__ == "__main__":
    main()
