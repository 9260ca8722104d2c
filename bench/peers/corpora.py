"""The trees that the engines are measured on, built from this machine's own files and from random bytes."""

import os
import random
import shutil
from pathlib import Path

# Real files compress and repeat as real files do. The first of these that exist are taken until there are enough.
SOURCES = ["/usr/share", "/usr/lib", "/usr/include", "/usr/local", "/opt", str(Path.home() / ".nuget/packages")]
LARGEST_SMALL_FILE = 1 << 20
MEBI = 1 << 20


def small_files(target: Path, count: int, limit: int) -> dict:
    """Copies regular files of at most 1 MiB each, until there are `count` of them or `limit` bytes."""
    files = total = 0
    for path in _real_files():
        size = path.stat().st_size
        if size > LARGEST_SMALL_FILE or total + size > limit:
            continue
        copy = target / path.relative_to("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
        files, total = files + 1, total + size
        if files == count:
            break
    return {"files": files, "bytes": total}


def compressible_image(target: Path, mebibytes: int) -> dict:
    """One file: real files, one after the other, as a disk image holds them."""
    target.mkdir()
    left = mebibytes * MEBI
    with open(target / "image", "wb") as image:
        for path in _real_files():
            left -= image.write(path.read_bytes()[:left])
            if left == 0:
                break
        size = image.tell()
    return {"files": 1, "bytes": size}


def random_file(target: Path, mebibytes: int) -> dict:
    """One file that nothing can compress."""
    target.mkdir()
    with open(target / "random", "wb") as file:
        for _ in range(mebibytes):
            file.write(os.urandom(MEBI))
    return {"files": 1, "bytes": mebibytes * MEBI}


def change_one_percent(tree: Path, seed: int) -> None:
    """Appends a line to every hundredth file, another hundredth for each seed."""
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    for path in random.Random(seed).sample(files, max(1, len(files) // 100)):
        with open(path, "ab") as file:
            file.write(b"changed in round %d\n" % seed)


def _real_files():
    for source in filter(os.path.isdir, SOURCES):
        for directory, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                path = Path(directory, name)
                if path.is_file() and not path.is_symlink() and os.access(path, os.R_OK):
                    yield path
