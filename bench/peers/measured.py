"""Runs a command and writes what it took to a file, as JSON: python3 -I -S measured.py RESULT COMMAND [ARGUMENT...]

A process of its own: the kernel counts what a child was before its exec as the child's peak memory, and this one is
smaller than any engine. `memory` is in KiB, `wall` and `cpu` (user and system) in seconds.
"""

import json
import os
import sys
import time


def main() -> int:
    result, command = sys.argv[1], sys.argv[2:]
    begin = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - begin
    with open(result, "w") as file:
        json.dump({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss}, file)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
