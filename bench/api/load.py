#!/usr/bin/env python3
"""Measures what requests of the API cost: at 100, 10,000 and 1,000,000 backups in the catalog, and beside bare Kestrel
that answers with the same bytes.

A few connections ask again as soon as they have an answer. What counts is the server's CPU for each request, read from
/proc, since the asking program shares the machine; requests a second and latencies say what that program saw.
"""

import argparse
import os
import statistics
from pathlib import Path

import world
from server import load, sign_in, start_floor, start_holdfast

SIZES = [100, 10_000, 1_000_000]
PAGE = "/v2/share-backups/detail?limit=100"


def requests_of(made: dict, options) -> dict:
    """For each work, so many requests. A share takes one backup at a time, so each create has a share of its own."""
    body = '{"share_backup":{"share_id":"%s","name":"a backup of the benchmark"}}'
    ids = made["ids"]
    return {
        "list": [(PAGE, None)] * options.requests,
        "show": [(f"/v2/share-backups/{ids[number % len(ids)]}", None) for number in range(options.requests)],
        "create": [("/v2/share-backups", body % share) for share in made["spares"]],
    }


def median_of(results: list) -> dict:
    return {name: statistics.median(result[name] for result in results) for name in results[0]}


def measure_size(size: int, work: Path, options) -> list:
    """Every work at one size; no worker runs, so that nothing but requests is paid for."""
    data = work / f"{size}"
    creates = options.creates * (options.rounds + 1)
    made = world.make(data, size, creates)
    server = start_holdfast(data, roles="api")
    rows = []
    try:
        headers, _ = sign_in(server)
        for name, asks in requests_of(made, options).items():
            count = options.creates if name == "create" else len(asks)
            part = lambda number: asks[number * count : (number + 1) * count] if name == "create" else asks
            load(server, part(0), headers, options.connections)  # warm: code is compiled as it is used
            results = [load(server, part(number + 1), headers, options.connections) for number in range(options.rounds)]
            rows.append({"request": name, "backups": size, "rounds": results} | median_of(results))
    finally:
        server.stop()
    return rows


def measure_floor(work: Path, options) -> list:
    """List and show against Kestrel alone, in turns, with the same bytes."""
    made = world.make(work / "floor", SIZES[0], 1)
    holdfast = start_holdfast(work / "floor", roles="api")
    try:
        headers, _ = sign_in(holdfast)
        paths = {"list": PAGE, "show": f"/v2/share-backups/{made['ids'][0]}"}
        replies = work / "replies"
        replies.mkdir()
        for name, path in paths.items():
            (replies / name).write_bytes(holdfast.ask(path, headers)[2])
        floor = start_floor(replies)
        try:
            return [compare(name, path, holdfast, floor, headers, options) for name, path in paths.items()]
        finally:
            floor.stop()
    finally:
        holdfast.stop()


def compare(name: str, path: str, holdfast, floor, headers: dict, options) -> dict:
    rounds = {"holdfast": [], "floor": []}
    asked = {"holdfast": (holdfast, path, headers), "floor": (floor, f"/{name}", {})}
    for number in range(options.rounds + 1):
        for who, (server, where, what) in asked.items():
            result = load(server, [(where, None)] * options.requests, what, options.connections)
            if number > 0:  # the first is warming up
                rounds[who].append(result)
    row = {who: median_of(results) for who, results in rounds.items()}
    return {"request": name, "ratio": row["holdfast"]["cpu"] / row["floor"]["cpu"], "rounds": rounds} | row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000, help="of a round")
    parser.add_argument("--creates", type=int, default=400, help="of a round")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    with world.workplace() as work:
        floors = measure_floor(work, options)
        rows = [row for size in options.sizes for row in measure_size(size, work, options)]
    print(f"{'request':<8} {'backups':>9} {'requests/s':>11} {'µs CPU':>8} {'p50 ms':>7} {'p99 ms':>7}")
    for row in rows:
        print(f"{row['request']:<8} {row['backups']:9} {row['rate']:11.0f} {row['cpu'] * 1e6:8.0f} "
              f"{row['p50'] * 1e3:7.1f} {row['p99'] * 1e3:7.1f}")
    print(f"\n{'request':<8} {'holdfast µs CPU':>16} {'floor µs CPU':>13} {'ratio':>6}")
    for row in floors:
        print(f"{row['request']:<8} {row['holdfast']['cpu'] * 1e6:16.0f} {row['floor']['cpu'] * 1e6:13.0f} {row['ratio']:6.1f}")
    world.write_results("api", {"options": vars(options), "cpus": os.cpu_count(), "sizes": rows, "floor": floors})


if __name__ == "__main__":
    main()
