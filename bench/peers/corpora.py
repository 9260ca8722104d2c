"""The trees that the engines are measured on, built from this machine's own files and from random bytes."""

import os
import random
import shutil
import subprocess
from pathlib import Path

# Real files compress and repeat as real files do. The first of these that exist are taken until there are enough.
SOURCES = ["/usr/share", "/usr/lib", "/usr/include", "/usr/local", "/opt", str(Path.home() / ".nuget/packages")]
LARGEST_SMALL_FILE = 1 << 20
MEBI = 1 << 20
# An image is a quarter zeros, half real files and a quarter random bytes, in stretches as a file system leaves them.
STRETCH = 16 * MEBI
STRETCHES = ("files", "zeros", "files", "random")


def prepare(target: Path, needed: set, changing: bool, options) -> dict:
    """The trees that are needed, by name: those of `options.corpora`, or new ones in `target`. What is given is copied
    if it will be changed."""
    target.mkdir()
    if options.corpora:
        trees = {name: options.corpora / name for name in MAKERS if name in needed}
        if changing:
            subprocess.run(["cp", "-a", "--reflink=auto", str(trees["small"]), str(target / "small")], check=True)
            trees["small"] = target / "small"
        return trees
    trees = {name: target / name for name in MAKERS if name in needed}
    for name, tree in trees.items():
        MAKERS[name](tree, options)
    return trees


def small_files(target: Path, count: int, limit: int) -> None:
    """Copies regular files of at most 1 MiB each, until there are `count` of them or `limit` bytes. Those below the
    mean that is asked for are left out while they would drag it down, so that both are reached, nearly, together."""
    mean = 0.9 * limit / count
    files = total = 0
    for path in _real_files():
        size = path.stat().st_size
        if size > LARGEST_SMALL_FILE or total + size > limit or (size < mean and total < files * mean):
            continue
        copy = target / path.relative_to("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
        files, total = files + 1, total + size
        if files == count:
            break


def image_file(target: Path, mebibytes: int) -> None:
    """One file, as a disk image: stretches of real files one after the other, of holes, and of random bytes."""
    target.mkdir()
    source = _real_bytes()
    size = mebibytes * MEBI
    with open(target / "image", "wb") as file:
        for number, start in enumerate(range(0, size, STRETCH)):
            length = min(STRETCH, size - start)
            file.seek(start)
            kind = STRETCHES[number % len(STRETCHES)]
            if kind == "random":
                file.write(os.urandom(length))
            elif kind == "files":
                file.write(next(source)[:length])
        file.truncate(size)


def random_file(target: Path, mebibytes: int) -> None:
    """One file that nothing can compress."""
    target.mkdir()
    with open(target / "random", "wb") as file:
        for _ in range(mebibytes):
            file.write(os.urandom(MEBI))


MAKERS = {
    "small": lambda tree, options: small_files(tree, options.files, options.small_mib * MEBI),
    "image": lambda tree, options: image_file(tree, options.image_mib),
    "random": lambda tree, options: random_file(tree, options.random_mib),
}


def change_one_percent(tree: Path, seed: int) -> None:
    """Appends a line to every hundredth file, another hundredth for each seed."""
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    for path in random.Random(seed).sample(files, max(1, len(files) // 100)):
        with open(path, "ab") as file:
            file.write(b"changed with seed %d\n" % seed)


def size_of(tree: Path) -> str:
    """In words."""
    sizes = [path.stat().st_size for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    return f"{len(sizes)} files, {sum(sizes) / MEBI:.0f} MiB"


def _real_bytes():
    """Stretches of real files' bytes, as many as are asked for."""
    stretch = bytearray()
    for path in _real_files():
        stretch += path.read_bytes()
        while len(stretch) >= STRETCH:
            yield stretch[:STRETCH]
            del stretch[:STRETCH]
    raise SystemExit("this machine has too few files for an image of that size: ask for less with --image-mib")


def _real_files():
    for source in filter(os.path.isdir, SOURCES):
        for directory, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                path = Path(directory, name)
                if path.is_file() and not path.is_symlink() and os.access(path, os.R_OK):
                    yield path
