"""Runs commands to their end, and says what they took."""

import json
import mmap
import os
import signal
import subprocess
import sys
from pathlib import Path

MEASURED = Path(__file__).with_name("measured.py")
# As much as a command writes to a file system in memory, and uses itself.
MEMORY = 3 << 30


def measure(command: list, environment: dict, log: Path, directory: Path = None) -> dict:
    """Seconds, seconds of CPU and KiB of peak memory of a command, with whatever was written before on the disk."""
    os.sync()
    _touch_memory()
    result = log.with_name("measured.json")
    run([sys.executable, "-I", "-S", str(MEASURED), str(result), *command], environment, log, directory)
    return json.loads(result.read_text())


def run(command: list, environment: dict, log: Path, directory: Path = None) -> str:
    """Ends the program unless the command succeeds. Returns what it wrote."""
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=directory, stdout=output, stderr=output, process_group=0
        )
    try:
        code = process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    written = log.read_text(errors="replace")
    if code != 0:
        sys.exit(f"exit code {code} of {' '.join(map(str, command))}\n{written[-4000:]}")
    return written


def _touch_memory() -> None:
    """Lets every command find memory that the machine has at hand. The host of a virtual machine takes back what is free
    for a while, and whoever asks for it first waits for its return: a restore took 12 s of processor time instead of 8."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
    mmap.mmap(-1, MEMORY, flags=flags).close()
