"""What every engine is made to do, and in which order."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import corpora
import process
from engines import Engine, environment
from service import Service

# The works by the name that --only takes, with their names in the table.
WORKS = {
    "first-small": "first backup, small",
    "unchanged": "unchanged, small",
    "service": "unchanged in the warm service, small",
    "changed": "1 % changed, small",
    "restore-small": "restore to an empty place, small",
    "restore-right": "restore over 99 % right, small",
    "first-image": "first backup, image",
    "restore-image": "restore to an empty place, image",
    "first-random": "first backup, random",
}
CORPORA = {
    "small": {"first-small", "unchanged", "service", "changed", "restore-small", "restore-right"},
    "image": {"first-image", "restore-image"},
    "random": {"first-random"},
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
        self.environment = environment(work)
        self.services = {engine.name: Service(engine, work, trees["small"]) for engine in engines
                         if engine.serves and "service" in only}
        # How often the small tree was changed; and, for each repository, how often before its last backup.
        self.changes = 0
        self.seen = {}
        self.backups = {}

    def round(self, number: int) -> None:
        """Every engine does every work once, variants in every other round; who goes first changes from round to round."""
        plain = _turned([engine for engine in self.engines if not engine.variant], number)
        variants = _turned([engine for engine in self.engines if engine.variant], number)
        if number % 2:
            variants = []  # They stand beside the figures that count: half as many runs will do.
        for corpus in self.trees:
            only = self.only & CORPORA[corpus]
            first = f"first-{corpus}" in only
            if first:
                for engine in plain + variants:
                    self._first(engine, corpus, last=len(only) == 1)
            for work in [work for work in WORKS if work in only]:
                if work == "changed":
                    self._change(number)
                for engine in plain:
                    self._do(work, engine, corpus, number)
            if first:
                for engine in plain:
                    self._remove(engine, corpus)

    def _first(self, engine: Engine, corpus: str, last: bool) -> None:
        """A first backup into a new repository, which is kept if there is more to do with it."""
        self._backup(f"first-{corpus}", engine, corpus)
        if engine.variant or last:
            self._remove(engine, corpus)

    def _do(self, work: str, engine: Engine, corpus: str, number: int) -> None:
        match work:
            case "unchanged":
                self._settle(engine, corpus)
                self._backup(work, engine, corpus)
            case "changed":
                self._backup(work, engine, corpus)
            case "service" if engine.serves:
                self._record(Run(work, engine.name, **self.services[engine.name].measure(self.changes)))
            case "restore-small" | "restore-image":
                self._settle(engine, corpus)
                self._restore_to_empty(work, engine, corpus)
            case "restore-right" if engine.compares:
                self._settle(engine, corpus)
                self._restore_in_place(work, engine, number)

    def _change(self, number: int) -> None:
        """Changes the small tree, which every engine has seen as it was."""
        for engine in self.engines:
            if not engine.variant:
                self._settle(engine, "small")
        corpora.change_one_percent(self.trees["small"], number)
        self.changes += 1

    def _settle(self, engine: Engine, corpus: str) -> None:
        """Sees to it that the last backup is of the tree as it is now."""
        if self.seen.get((engine.name, corpus)) != self._version(corpus):
            self._backup("", engine, corpus)

    def _version(self, corpus: str) -> int:
        return self.changes if corpus == "small" else 0

    def _backup(self, work: str, engine: Engine, corpus: str) -> None:
        key = engine.name, corpus
        if key not in self.repositories:
            self.repositories[key] = self._init(engine, corpus)
        self.backups[key] = self.backups.get(key, 0) + 1
        self.seen[key] = self._version(corpus)
        backup = engine.backup(self.repositories[key], self.trees[corpus], self.backups[key])
        self._measure(work, engine, self.repositories[key], backup)

    def _init(self, engine: Engine, corpus: str) -> Path:
        repository = self.work / "repositories" / f"{engine.name} {corpus}".replace(" ", "-")
        repository.parent.mkdir(exist_ok=True)
        process.run(engine.init(repository), self.environment, self.work / "log")
        return repository

    def _remove(self, engine: Engine, corpus: str) -> None:
        key = engine.name, corpus
        if key in self.repositories:
            shutil.rmtree(self.repositories.pop(key))
            del self.backups[key], self.seen[key]

    def _restore_to_empty(self, work: str, engine: Engine, corpus: str) -> None:
        key = engine.name, corpus
        target = self.work / "restored"
        target.mkdir()
        restore = engine.restore(self.repositories[key], target, self.backups[key])
        self._measure(work, engine, self.repositories[key], restore, target)
        shutil.rmtree(target)

    def _restore_in_place(self, work: str, engine: Engine, number: int) -> None:
        """Over the tree that was backed up, of which every hundredth file differs: the same ones for every engine."""
        tree = self.trees["small"]
        corpora.change_one_percent(tree, -1 - number)
        repository = self.repositories[engine.name, "small"]
        self._measure(work, engine, repository, engine.restore_in_place(repository, tree))
        self.changes += 1

    def _measure(self, work: str, engine: Engine, repository: Path, command: list, directory: Path = None) -> None:
        took = process.measure(command, self.environment, self.work / "log", directory)
        self._record(Run(work, engine.name, **took, repository_bytes=size_of(repository)))

    def _record(self, run: Run) -> None:
        """Keeps what was measured. A run without a name of work was made for another's sake."""
        if run.work:
            self.runs.append(run)
            print(f"  {WORKS[run.work]:<38} {run.engine:<30} {run.wall:8.2f} s {run.cpu:8.2f} s CPU", file=sys.stderr)


def _turned(engines: list, number: int) -> list:
    turn = number % len(engines) if engines else 0
    return engines[turn:] + engines[:turn]


def size_of(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
