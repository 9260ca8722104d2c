#!/usr/bin/env python3
"""Measures `holdfast repo` beside restic: the same trees, the same disk, interleaved rounds, medians.

Prints a table and writes everything measured to bench/results/. Absolute seconds mean nothing on a shared machine;
the ratios of one run do.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import corpora

ROOT = Path(__file__).resolve().parents[2]
RESTIC = ROOT / "artifacts/tools/restic/restic"


@dataclass
class Engine:
    """A program to measure: its name in the table, its command, and the options of its backups."""

    name: str
    command: list
    backup_options: list = field(default_factory=list)


@dataclass
class Run:
    """What one run of one program took: seconds, seconds of user and system CPU, KiB of peak memory."""

    work: str
    engine: str
    wall: float
    cpu: float
    memory: int
    repository_bytes: int


class Bench:
    def __init__(self, work: Path, engines: list):
        self.work = work
        self.engines = engines
        self.runs = []
        self.password = work / "password"
        self.password.write_text("a benchmark's password\n")
        self.environment = os.environ | {
            "RESTIC_CACHE_DIR": str(work / "restic-cache"),
            "XDG_CACHE_HOME": str(work / "cache"),
        }

    def command(self, engine: Engine, repository: Path, *arguments) -> list:
        return [*engine.command, "--repo", str(repository), "--password-file", str(self.password), *map(str, arguments)]

    def init(self, engine: Engine, name: str) -> Path:
        repository = self.work / "repositories" / f"{engine.name} {name}".replace(" ", "-")
        shutil.rmtree(repository, ignore_errors=True)
        repository.parent.mkdir(exist_ok=True)
        init = self.command(engine, repository, "init")
        subprocess.run(init, check=True, env=self.environment, stdout=subprocess.DEVNULL)
        return repository

    def measure(self, work: str, engine: Engine, repository: Path, *arguments) -> None:
        os.sync()
        with open(self.work / "output", "wb") as output:
            begin = time.monotonic()
            process = subprocess.Popen(
                self.command(engine, repository, *arguments), env=self.environment, stdout=output, stderr=output
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - begin
        if status != 0:
            sys.exit(f"{engine.name}, {work}: failed\n" + (self.work / "output").read_text(errors="replace")[-4000:])
        run = Run(work, engine.name, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, size_of(repository))
        self.runs.append(run)
        print(f"  {work:<28} {engine.name:<26} {wall:8.2f} s {run.cpu:8.2f} s CPU", file=sys.stderr)

    def backup(self, work: str, engine: Engine, repository: Path, tree: Path) -> None:
        self.measure(work, engine, repository, "backup", *engine.backup_options, tree)

    def restore(self, work: str, engine: Engine, repository: Path) -> None:
        target = self.work / "restored"
        self.measure(work, engine, repository, "restore", "latest", "--target", target)
        shutil.rmtree(target)

    def round(self, number: int, trees: dict) -> None:
        """Every engine does every work once; who goes first changes from round to round."""
        turn = number % len(self.engines)
        engines = self.engines[turn:] + self.engines[:turn]
        plain = [engine for engine in engines if not engine.backup_options]
        repositories = {}
        for name, tree in trees.items():
            for engine in engines:
                repositories[engine.name, name] = self.init(engine, name)
                self.backup(f"first backup, {name}", engine, repositories[engine.name, name], tree)
        for engine in plain:
            self.backup("unchanged backup, small", engine, repositories[engine.name, "small"], trees["small"])
        corpora.change_one_percent(trees["small"], number)
        for engine in plain:
            self.backup("1 % changed, small", engine, repositories[engine.name, "small"], trees["small"])
        for name in ("small", "image"):
            for engine in plain:
                self.restore(f"restore, {name}", engine, repositories[engine.name, name])


def size_of(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def summarise(runs: list) -> list:
    """One row for each work and engine: medians, and their ratios to restic's of the same work."""
    grouped = {}
    for run in runs:
        grouped.setdefault((run.work, run.engine), []).append(run)
    rows = []
    for (work, engine), group in grouped.items():
        row = {"work": work, "engine": engine, "rounds": len(group)}
        for measure in ("wall", "cpu", "memory", "repository_bytes"):
            own = statistics.median(getattr(run, measure) for run in group)
            peer = statistics.median(getattr(run, measure) for run in grouped[work, "restic"])
            row[measure], row[f"{measure}_ratio"] = own, own / peer
        rows.append(row)
    return rows


def print_table(rows: list) -> None:
    print(f"{'work':<28} {'engine':<26} {'wall s':>9} {'ratio':>6} {'CPU s':>9} {'ratio':>6} "
          f"{'MiB RSS':>8} {'ratio':>6} {'MiB repo':>9} {'ratio':>6}")
    for row in rows:
        print(f"{row['work']:<28} {row['engine']:<26} {row['wall']:9.2f} {row['wall_ratio']:6.2f} "
              f"{row['cpu']:9.2f} {row['cpu_ratio']:6.2f} {row['memory'] / 1024:8.0f} {row['memory_ratio']:6.2f} "
              f"{row['repository_bytes'] / corpora.MEBI:9.0f} {row['repository_bytes_ratio']:6.3f}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", type=int, default=100_000, help="small files, at most")
    parser.add_argument("--small-mib", type=int, default=2048, help="their bytes, at most")
    parser.add_argument("--image-mib", type=int, default=1024, help="each of the two single files")
    parser.add_argument("--work", type=Path, default=Path("/var/tmp"), help="where trees and repositories go")
    return parser.parse_args()


def main() -> None:
    options = parse()
    restic = str(RESTIC if RESTIC.exists() else shutil.which("restic"))
    holdfast = [str(ROOT / "artifacts/bin/holdfast"), "repo"]
    engines = [
        Engine("holdfast", holdfast),
        Engine("restic", [restic]),
        Engine("holdfast fast", holdfast, ["--compression", "fast"]),
        Engine("restic no-extra-verify", [restic], ["--no-extra-verify"]),
    ]
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-", dir=options.work) as work:
        trees = {name: Path(work, "trees", name) for name in ("small", "image", "random")}
        Path(work, "trees").mkdir()
        print("building the trees", file=sys.stderr)
        sizes = {
            "small": corpora.small_files(trees["small"], options.files, options.small_mib * corpora.MEBI),
            "image": corpora.compressible_image(trees["image"], options.image_mib),
            "random": corpora.random_file(trees["random"], options.image_mib),
        }
        bench = Bench(Path(work), engines)
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
            bench.round(number, trees)
    rows = summarise(bench.runs)
    print_table(rows)
    report = {
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {"cpus": os.cpu_count(), "kernel": platform.release()},
        "restic": subprocess.run([restic, "version"], capture_output=True, text=True, check=True).stdout.strip(),
        "trees": sizes,
        "rows": rows,
        "runs": [asdict(run) for run in bench.runs],
    }
    path = ROOT / "bench/results" / f"engine-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n")
    print(f"\nwritten to {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
