"""A PostgreSQL under the nodes that are measured: one server of its own on a loopback port, settings as they come."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from server import TICKS, free_port

USER = "postgres"
PASSWORD = "bench"


class Postgres:
    def __init__(self, work: Path):
        self.port = free_port()
        self.data = work / "postgres"
        self.data.mkdir(mode=0o700)
        self.programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))[-1]
        self.databases = 0
        if os.geteuid() == 0:
            work.chmod(0o711)
            shutil.chown(self.data, USER)
        secret = work / "postgres.password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        options = ["-D", self.data, "-U", USER, "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8"]
        subprocess.run(self._command("initdb", *options, "--locale=C.UTF-8"), check=True, stdout=subprocess.DEVNULL)
        listen = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.data}"]
        with open(work / "postgres.log", "ab") as log:
            command = self._command("postgres", "-D", self.data, "-p", self.port, *listen)
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait()

    def new_database(self) -> str:
        """How the service connects to a new, empty database."""
        self.databases += 1
        name = f"bench{self.databases}"
        self._psql("postgres", f"CREATE DATABASE {name} TEMPLATE template0")
        return f"Host=127.0.0.1;Port={self.port};Database={name};Username={USER};Password={PASSWORD}"

    def cpu(self) -> float:
        """Seconds of the server, of the processes that it has now and of those that have ended."""
        return sum(_cpu(stat) for stat in Path("/proc").glob("[0-9]*/stat") if self._is_ours(stat))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def _is_ours(self, stat: Path) -> bool:
        fields = _fields(stat)
        return bool(fields) and (stat.parent.name == str(self.process.pid) or fields[1] == str(self.process.pid))

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._psql("postgres", "SELECT 1", check=False).returncode == 0:
                return
            time.sleep(0.1)
        sys.exit("PostgreSQL did not start")

    def _psql(self, database: str, sql: str, check: bool = True) -> subprocess.CompletedProcess:
        command = ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database, "-qAtc", sql]
        environment = os.environ | {"PGPASSWORD": PASSWORD}
        return subprocess.run(command, env=environment, check=check, capture_output=True)

    def _command(self, program: str, *arguments) -> list:
        command = [self.programs / program, *arguments]
        if os.geteuid() == 0:  # which PostgreSQL refuses to be
            command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups", *command]
        return [str(word) for word in command]


def _fields(stat: Path) -> list:
    """Of /proc/<process>/stat, from the process's state on; none when it has ended meanwhile."""
    try:
        return stat.read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _cpu(stat: Path) -> float:
    # user and system, its own and of its children that have ended
    fields = _fields(stat)
    return sum(int(value) for value in fields[11:15]) / TICKS if fields else 0.0
