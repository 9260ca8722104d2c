#!/usr/bin/env python3
"""Measures how long a person waits who looks into a backup of 1,000,000 files: for a directory's list, for what one path is, for a
name, for the first byte of a file, and for what changed. Each is asked of a service that has just started, with nothing of the store in
the system's memory or in the node's cache either, and then over and over.

The store is the local one, or what HOLDFAST_STORE names.
"""

import argparse
import http.client
import os
import random
import shutil
import statistics
import time
from pathlib import Path

import world
from rebuild import settle
from server import sign_in, start_holdfast

OF_A_DIRECTORY = 100
WORKS = ["list", "stat", "search", "glob", "changes", "first byte"]


def fill(directory: Path, files: int) -> list:
    """So many small files in directories of a hundred, a hundred of these in one. Returns their paths."""
    paths = []
    for number in range(files):
        if number % OF_A_DIRECTORY == 0:
            place = Path(f"{number // 10_000:03}") / f"{number // OF_A_DIRECTORY % 100:02}"
            (directory / place).mkdir(parents=True)
        name = f"document {number:07} of {random.Random(number).randrange(1 << 32):08x}.txt"
        (directory / place / name).write_text(f"content of {number}\n")
        paths.append(place / name)
    return paths


def back_up(server, headers: dict, share: str) -> str:
    request = {"share_backup": {"share_id": share}}
    backup = server.ask_well("/v2/share-backups", headers, request)["share_backup"]["id"]
    operation = settle(server, headers, f"backup_id={backup}")
    if operation["status"] != "succeeded":
        raise RuntimeError(operation["message"])
    return backup


def path_of(work: str, chance: random.Random, made: dict) -> str:
    path = chance.choice(made["paths"])
    files = f"/api/v1/backups/{made['backup']}/files"
    encoded = str(path).replace(" ", "%20")
    return {
        "list": f"{files}/{encoded.rsplit('/', 1)[0]}",
        "stat": f"{files}/{encoded}",
        "search": f"/api/v1/search?backup_id={made['backup']}&name={path.stem.split()[-1]}",
        "glob": f"/api/v1/search?backup_id={made['backup']}&name=*{path.stem.split()[1]}*.txt",
        "changes": f"/api/v1/backups/{made['backup']}/changes?since={made['before']}",
        "first byte": f"{files}/{encoded}?download=file",
    }[work]


def wait_for_first_byte(server, path: str, headers: dict) -> float:
    """Seconds until the answer begins; it is read to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    begin = time.perf_counter()
    connection.request("GET", path, headers=headers)
    reply = connection.getresponse()
    reply.read(1)
    waited = time.perf_counter() - begin
    reply.read()
    if reply.status != 200:
        raise RuntimeError(f"{path}: {reply.status}")
    connection.close()
    return waited


def forget_disk() -> bool:
    try:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")
        return True
    except OSError:
        return False


def measure(data: Path, made: dict, options) -> list:
    rows = []
    for work in WORKS:
        chance = random.Random(work)
        cold = []
        for _ in range(options.rounds):
            shutil.rmtree(data / "cache", ignore_errors=True)
            forget_disk()
            server = start_holdfast(data, roles="api")
            headers, _ = sign_in(server)
            cold.append(wait_for_first_byte(server, path_of(work, chance, made), headers))
            server.stop()
        server = start_holdfast(data, roles="api")
        headers, _ = sign_in(server)
        asks = [path_of(work, chance, made) for _ in range(options.requests + options.warm)]
        waits = [wait_for_first_byte(server, path, headers) for path in asks][options.warm :]
        memory = server.peak_memory() / 1024
        server.stop()
        rows.append(
            {
                "work": work,
                "cold": statistics.median(cold),
                "p50": statistics.median(waits),
                "p95": statistics.quantiles(waits, n=100)[94],
                "peak_mib": memory,
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3, help="cold starts of each work")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--warm", type=int, default=20, help="requests that go before and do not count")
    options = parser.parse_args()
    with world.workplace() as work:
        data = work / "data"
        made = world.make(data, 1, 1)
        share = made["spares"][0]
        made["paths"] = fill(data / "shares" / share, options.files)
        server = start_holdfast(data)
        headers, _ = sign_in(server)
        made["before"] = back_up(server, headers, share)
        for path in random.Random(1).sample(made["paths"], options.files // 1000):
            (data / "shares" / share / path).write_text("changed\n")
        made["backup"] = back_up(server, headers, share)
        settle(server, headers, "kind=export_project")
        server.stop()
        rows = measure(data, made, options)
    print(f"{'work':<12} {'cold ms':>8} {'p50 ms':>7} {'p95 ms':>7} {'peak MiB':>9}")
    for row in rows:
        print(
            f"{row['work']:<12} {row['cold'] * 1e3:8.0f} {row['p50'] * 1e3:7.1f} {row['p95'] * 1e3:7.1f} {row['peak_mib']:9.0f}"
        )
    world.write_results("browse", {"options": vars(options), "cpus": os.cpu_count(), "rows": rows})


if __name__ == "__main__":
    main()
