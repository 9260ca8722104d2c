#!/usr/bin/env python3
"""Measures whether lists stay as fast with 1,000,000 backups in the catalog as they are with 1,000.

Every filter, order and way of paging is asked of each catalog in turns, by one connection: the project asking has 1,000
backups in the small catalog and 10,000 in the middle one, which are all there are, and 10,000 in the large one. From
the small to the large both the project and the catalog grow, from the middle to the large the catalog alone.
"""

import argparse
import os
import statistics

import world
from server import load, sign_in, start_holdfast

SIZES = {"1 k": 1_000, "10 k": world.OWN_AT_MOST, "1 M": 1_000_000}
ORDERS = """id status size share_id project_id user_id availability_zone progress restore_progress created_at updated_at
name description host topic backup_type fail_reason""".split()


def shapes_of(made: dict) -> dict:
    """A query string for each way to ask for a page of 100 rows, or of as many as all catalogs have."""
    ids, share = made["ids"], made["shares"][-1]
    return {
        "first page": "",
        **{f"by {order}": f"&sort_key={order}" for order in ORDERS},
        "name": "&name=nightly%200000000",
        "description": "&description=of%20week%200%20by%20the%20schedule",
        "status, of most": "&status=available",
        "status, of few": "&status=deleting&limit=5",
        "share_id": f"&share_id={share}",
        "topic": "&topic=manila-data",
        "host": "&host=node3",
        "id": f"&id={ids[5]}",
        "name~, of all": "&name~=nightly",
        "name~, of one": "&name~=0000000",
        "name~, of none": "&name~=weekly",
        "name~, of none, beyond ASCII": "&name~=%C3%A9t%C3%A9",
        "description~, of none": "&description~=month",
        "the last page by offset": f"&offset={made['own'] - 100}",
        "the middle by marker": f"&marker={ids[len(ids) // 2]}",
        "of all projects": "&all_tenants=1",
        "of all projects, by status": "&all_tenants=1&sort_key=status",
        "of all projects, by project_id": "&all_tenants=1&sort_key=project_id",
        "of all projects, status": "&all_tenants=1&status=error",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=200, help="of a round")
    parser.add_argument("--only", default="", help="lists with this in their name")
    options = parser.parse_args()
    servers, asks = [], []
    with world.workplace() as work:
        try:
            for size in SIZES.values():
                made = world.make(work / f"{size}", size, 1)
                servers.append(start_holdfast(work / f"{size}", roles="api"))
                asks.append((servers[-1], sign_in(servers[-1])[0], shapes_of(made)))
            rows = [measure(shape, asks, options) for shape in asks[0][2] if options.only in shape]
        finally:
            for server in servers:
                server.stop()
    names = [f"{figure} {name}" for figure in ("p50", "p99") for name in SIZES] + ["1 M/1 k", "1 M/10 k"]
    print(" ".join([f"{'list':<32}", *(f"{name:>9}" for name in names)]))
    for row in rows:
        figures = [row[size][figure] * 1e3 for figure in ("p50", "p99") for size in SIZES]
        print(" ".join([f"{row['list']:<32}", *(f"{value:9.2f}" for value in [*figures, *row["ratios"]])]))
    world.write_results("lists", {"options": vars(options), "cpus": os.cpu_count(), "rows": rows})


def measure(shape: str, asks: list, options) -> dict:
    rounds = {size: [] for size in SIZES}
    for number in range(options.rounds + 1):
        for results, (server, headers, shapes) in zip(rounds.values(), asks):
            page = "" if "limit=" in shapes[shape] else "&limit=100"
            path = f"/v2/share-backups/detail?{page}{shapes[shape]}"
            result = load(server, [(path, None)] * options.requests, headers, connections=1)
            if number > 0:  # the first is warming up
                results.append(result)
    row = {"list": shape, "rounds": rounds}
    for size, results in rounds.items():
        row[size] = {name: statistics.median(one[name] for one in results) for name in results[0]}
    row["ratios"] = [row["1 M"]["p99"] / row[size]["p99"] for size in ("1 k", "10 k")]
    return row


if __name__ == "__main__":
    main()
