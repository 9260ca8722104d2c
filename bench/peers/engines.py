"""The programs that are measured, and what each is told: a command for each work, and nothing measured here."""

import os
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOLDFAST = ROOT / "artifacts/bin/holdfast"
RESTIC = ROOT / "artifacts/tools/restic/restic"
KERNELS = ROOT / "bench/Holdfast.Bench/bin/Release/net10.0/Holdfast.Bench.dll"
PASSWORD = "a benchmark's password"


@dataclass
class Engine:
    """`holdfast repo` and restic, which take the same words.

    A variant differs from its plain engine in how it makes a first backup, and takes part in that work alone. One that
    `serves` is a service, too; one that `compares` can restore over a tree without writing what is right there.
    """

    name: str
    command: list
    backup_options: list = field(default_factory=list)
    variant: bool = False
    serves: bool = False
    compares: bool = True
    in_place_options: list = field(default_factory=list)

    def init(self, repository: Path) -> list:
        return [*self._on(repository), "init"]

    def backup(self, repository: Path, tree: Path, number: int) -> list:
        """`number` tells the backups of one repository apart."""
        return [*self._on(repository), "backup", *self.backup_options, str(tree)]

    def restore(self, repository: Path, target: Path, number: int) -> list:
        """Restores the backup of that number, the last one, to the empty directory `target`, which is the current one."""
        return [*self._on(repository), "restore", "latest", "--target", str(target)]

    def restore_in_place(self, repository: Path, tree: Path) -> list:
        """Restores the last backup over the tree that it is of."""
        restore = ["restore", f"latest:{tree}", "--target", str(tree), *self.in_place_options]
        return [*self._on(repository), *restore]

    def _on(self, repository: Path) -> list:
        return [*self.command, "--repo", str(repository)]


class Borg(Engine):
    """borg with the compression and the keyed hash that are nearest to ours."""

    def __init__(self):
        super().__init__("borg", ["borg"], ["--compression", "zstd,3"], compares=False)

    def init(self, repository: Path) -> list:
        return ["borg", "init", "--encryption", "repokey-blake2", str(repository)]

    def backup(self, repository: Path, tree: Path, number: int) -> list:
        return ["borg", "create", *self.backup_options, f"{repository}::{number}", str(tree)]

    def restore(self, repository: Path, target: Path, number: int) -> list:
        # It restores to the working directory.
        return ["borg", "extract", f"{repository}::{number}"]


class Floor(Engine):
    """No engine: the least that one can do. It makes no repository."""

    def __init__(self, name: str, step: str):
        super().__init__(name, ["dotnet", str(KERNELS), "floor", step], variant=True)

    def init(self, repository: Path) -> list:
        return ["mkdir", str(repository)]

    def backup(self, repository: Path, tree: Path, number: int) -> list:
        return [*self.command, str(tree)]


def environment(work: Path) -> dict:
    """What all engines find: the password, and caches of their own beneath `work` instead of the user's."""
    password = work / "password"
    password.write_text(PASSWORD + "\n")
    return os.environ | {
        "RESTIC_PASSWORD_FILE": str(password),
        "RESTIC_CACHE_DIR": str(work / "restic-cache"),
        "XDG_CACHE_HOME": str(work / "cache"),
        "BORG_PASSPHRASE": PASSWORD,
        "BORG_BASE_DIR": str(work / "borg"),
        "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
    }


def restic() -> str:
    """The restic that the tests use: the one named in the environment, that of ./dev, or the one on the path."""
    named = os.environ.get("HOLDFAST_TEST_RESTIC")
    return named or (str(RESTIC) if RESTIC.exists() else "restic")


def choose(holdfast: dict, peers: set, variants: bool) -> list:
    """The engines of a run: ours, by their names and executables, the peers that are asked for, and perhaps the
    variants, with the floor where the kernels' benchmarks are built, as ./dev does."""
    plain, others = [], []
    for name, path in holdfast.items():
        command = [str(path), "repo"]
        plain.append(Engine(name, command, serves=True))
        others.append(Engine(f"{name}, fast", command, ["--compression", "fast"], variant=True))
        others.append(Engine(f"{name}, extra verify", command, ["--extra-verify"], variant=True))
    if "restic" in peers:
        # What comes nearest to our rule for a file that is right: restic looks at size and modification time.
        plain.append(Engine("restic", [restic()], in_place_options=["--overwrite", "if-changed"]))
        others.append(Engine("restic, no extra verify", [restic()], ["--no-extra-verify"], variant=True))
    if "borg" in peers:
        plain.append(Borg())
    if KERNELS.exists():
        others.append(Floor("floor: read", "read"))
        others.append(Floor("floor: read, SHA-256", "hash"))
        others.append(Floor("floor: read, SHA-256, zstd 3", "compress"))
    return plain + others if variants else plain
