#!/usr/bin/env python3
"""Measures `holdfast repo` beside restic and borg: the same trees, the same disk, interleaved rounds, medians.

Prints tables in Markdown and writes them, and everything measured, to bench/results/. Absolute seconds mean nothing on
a shared machine; the ratios of one run do.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import corpora
import process
import report
from engines import HOLDFAST, KERNELS, ROOT, choose, restic
from works import CORPORA, WORKS, Works

# No work beside a peer: what the engine asks of a store, all of whose answers take 20 ms, for a tree of so many files.
REMOTE = "remote"
REMOTE_FILES = "5000"
PEERS = ("restic", "borg")
# The trees are 6 GiB, and with them lie at most the repositories of one of them and what is restored from one.
ROOM = 14 << 30


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=works_of, default={*WORKS, REMOTE}, metavar="WORK,...",
                        help=f"measure these alone, or all that begin so: {', '.join(WORKS)}, {REMOTE}")
    parser.add_argument("--peers", type=peers_of, default=set(PEERS), metavar="PEER,...", help="restic, borg, or none")
    parser.add_argument("--plain", action="store_true", help="without the variants and the floor of first backups")
    parser.add_argument("--holdfast", action="append", metavar="NAME=EXECUTABLE",
                        help="ours (default: the one of ./dev build); may be repeated, to compare two builds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--corpora", type=Path, metavar="DIR",
                        help="trees made before, in DIR/small, DIR/image and DIR/random; they are only read")
    parser.add_argument("--files", type=int, default=100_000, help="small files, at most")
    parser.add_argument("--small-mib", type=int, default=2048, help="their bytes, at most")
    parser.add_argument("--image-mib", type=int, default=3072, help="the image")
    parser.add_argument("--random-mib", type=int, default=2048, help="the incompressible file")
    parser.add_argument("--work", type=Path, default=default_work(), metavar="DIR",
                        help="where trees and repositories go (default: in memory if they fit, else /var/tmp)")
    return parser.parse_args()


def default_work() -> Path:
    """Memory, where no disk's moods are measured; fsync is called there, too, and takes no time."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free >= ROOM else Path("/var/tmp")


def works_of(text: str) -> set:
    works = [*WORKS, REMOTE]
    chosen = {work for prefix in text.split(",") for work in works if work.startswith(prefix)}
    if not chosen:
        raise argparse.ArgumentTypeError(f"there is no such work; there are: {', '.join(works)}")
    return chosen


def peers_of(text: str) -> set:
    chosen = set(text.split(",")) - {"none"}
    if not chosen <= set(PEERS):
        raise argparse.ArgumentTypeError("there are: restic, borg, none")
    return chosen


def main() -> None:
    options = parse()
    # Ended from outside, too, it ends the engine under measurement and leaves nothing behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    ours = dict(text.split("=", 1) for text in options.holdfast or [f"holdfast={HOLDFAST}"])
    engines = choose(ours, options.peers, variants=not options.plain)
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-", dir=options.work) as work:
        print("building the trees", file=sys.stderr)
        needed = {name for name, works in CORPORA.items() if works & options.only}
        changing = bool(options.only & {"changed", "restore-right"})
        trees = corpora.prepare(Path(work, "trees"), needed, changing, options)
        about = describe(trees, Path(work), options)
        works = Works(Path(work), engines, trees, options.only)
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
            works.round(number)
        remote = slow_store(Path(work), works.environment) if REMOTE in options.only else ""
    base = "restic" if "restic" in options.peers else engines[0].name
    rows = report.summarise(works.runs, base)
    text = report.markdown(rows, about, remote)
    print(text)
    write({"about": about, "rows": rows, "runs": [asdict(run) for run in works.runs], "remote": remote}, text)


def describe(trees: dict, work: Path, options) -> dict:
    """What a reader of the figures must know."""
    sizes = ", ".join(f"{name} {corpora.size_of(tree)}" for name, tree in trees.items())
    kind = subprocess.run(["stat", "-f", "-c", "%T", work], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "measured": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "machine": f"{os.cpu_count()} processors, {processor()}, Linux {platform.release()}",
        "trees": f"{sizes}; everything on {kind}",
        "rounds": f"{options.rounds}, interleaved; medians; ratios are to restic's median, where restic ran",
        "peers": ", ".join(versions(options.peers)) or "none",
    }


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(": ", 1)[1]
    return platform.machine()


def versions(peers: set) -> list:
    commands = {"restic": [restic(), "version"], "borg": ["borg", "--version"]}
    return [
        subprocess.run(commands[peer], capture_output=True, text=True, check=True).stdout.strip()
        for peer in sorted(peers)
    ]


def slow_store(work: Path, environment: dict) -> str:
    """The table of the kernels' benchmarks, where they are built."""
    return process.run(["dotnet", str(KERNELS), REMOTE, "20", REMOTE_FILES], environment, work / "log") if KERNELS.exists() else ""


def write(results: dict, text: str) -> None:
    name = ROOT / "bench/results" / f"engine-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    name.parent.mkdir(parents=True, exist_ok=True)
    name.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
    name.with_suffix(".md").write_text(text)
    print(f"written to {name.relative_to(ROOT)}.md and .json")


if __name__ == "__main__":
    main()
