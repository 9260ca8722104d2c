"""What every engine is made to do, and in which order."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import corpora
from engines import Engine, environment

MEASURED = Path(__file__).with_name("measured.py")

# The works by the name that --only takes, with their names in the table. The first word behind the comma is the corpus.
WORKS = {
    "first-small": "first backup, small",
    "unchanged": "unchanged backup, small",
    "changed": "1 % changed, small",
    "restore-small": "restore, small",
    "restore-right": "restore over 99 % right, small",
    "first-image": "first backup, image",
    "restore-image": "restore, image",
    "first-random": "first backup, random",
}


@dataclass
class Run:
    """What one run of one program took: seconds, seconds of user and system CPU, KiB of peak memory."""

    work: str
    engine: str
    wall: float
    cpu: float
    memory: int
    repository_bytes: int


class Works:
    """The works that were asked for, on trees that lie in `trees`. Everything is made beneath `work`."""

    def __init__(self, work: Path, engines: list, trees: dict, only: set):
        self.work = work
        self.engines = engines
        self.trees = trees
        self.only = only
        self.runs = []
        self.repositories = {}
        self.backups = {}
        self.environment = environment(work)

    def round(self, number: int) -> None:
        """Every engine does every work once; who goes first changes from round to round."""
        turn = number % len(self.engines)
        engines = self.engines[turn:] + self.engines[:turn]
        plain = [engine for engine in engines if not engine.variant]
        for corpus in self.trees:
            self._first(corpus, engines)
            if corpus == "small":
                self._again(plain, number)
            if f"restore-{corpus}" in self.only or (corpus == "small" and "restore-right" in self.only):
                for engine in plain:
                    self._restore(engine, corpus, number)
            # Kept for the next round only if that would make it alike.
            if f"first-{corpus}" in self.only:
                self._forget(corpus)

    def _first(self, corpus: str, engines: list) -> None:
        work = f"first-{corpus}"
        for engine in engines:
            if (engine.name, corpus) in self.repositories or (engine.variant and work not in self.only):
                continue
            self._init(engine, corpus)
            self._backup(work, engine, corpus)
            if engine.variant:
                self._remove(engine, corpus)

    def _again(self, plain: list, number: int) -> None:
        if "unchanged" in self.only:
            for engine in plain:
                self._backup("unchanged", engine, "small")
        if "changed" in self.only:
            corpora.change_one_percent(self.trees["small"], number)
            for engine in plain:
                self._backup("changed", engine, "small")

    def _init(self, engine: Engine, corpus: str) -> None:
        repository = self.work / "repositories" / f"{engine.name} {corpus}".replace(" ", "-")
        repository.parent.mkdir(exist_ok=True)
        self._run("init", engine, engine.init(repository), None)
        self.repositories[engine.name, corpus] = repository

    def _backup(self, work: str, engine: Engine, corpus: str) -> None:
        repository = self.repositories[engine.name, corpus]
        number = self.backups[repository] = self.backups.get(repository, 0) + 1
        self._measure(work, engine, repository, engine.backup(repository, self.trees[corpus], number))

    def _restore(self, engine: Engine, corpus: str, number: int) -> None:
        repository = self.repositories[engine.name, corpus]
        target = self.work / "restored"
        target.mkdir()
        restore = engine.restore(repository, target, self.backups[repository])
        self._measure(f"restore-{corpus}", engine, repository, restore, target)
        if corpus == "small" and "restore-right" in self.only:
            corpora.change_one_percent(target, number)
            self._measure("restore-right", engine, repository, restore, target)
        shutil.rmtree(target)

    def _measure(self, work: str, engine: Engine, repository: Path, command: list, directory: Path = None) -> None:
        os.sync()
        result = self.work / "measured.json"
        self._run(work, engine, [sys.executable, "-I", "-S", str(MEASURED), str(result), *command], directory)
        run = Run(work, engine.name, **json.loads(result.read_text()), repository_bytes=size_of(repository))
        if work in self.only:
            self.runs.append(run)
        print(f"  {WORKS[work]:<32} {engine.name:<26} {run.wall:8.2f} s {run.cpu:8.2f} s CPU", file=sys.stderr)

    def _run(self, work: str, engine: Engine, command: list, directory: Path) -> None:
        log = self.work / "log"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                command, env=self.environment, cwd=directory, stdout=output, stderr=output, process_group=0
            )
        try:
            code = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        if code != 0:
            sys.exit(f"{engine.name}, {work}: exit code {code}\n" + log.read_text(errors="replace")[-4000:])

    def _forget(self, corpus: str) -> None:
        for engine in self.engines:
            if (engine.name, corpus) in self.repositories:
                self._remove(engine, corpus)

    def _remove(self, engine: Engine, corpus: str) -> None:
        repository = self.repositories.pop((engine.name, corpus))
        self.backups.pop(repository)
        shutil.rmtree(repository)


def size_of(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
