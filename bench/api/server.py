"""A server under measurement: how it is started, asked, and what its answers cost it."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOLDFAST = ROOT / "artifacts/bin/holdfast"
PASSWORD = "a benchmark's password"
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A process that listens on a port of the loopback interface."""

    def __init__(self, command: list, port: int, environment: dict, log: Path):
        self.port = port
        with open(log, "ab") as output:
            self.process = subprocess.Popen(command, env=os.environ | environment, stdout=output, stderr=output)

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_memory(self) -> int:
        """In KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])

    def ask(self, path: str, headers: dict = {}, body=None, method: str = "") -> tuple:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        text = None if body is None else json.dumps(body)
        headers = headers | ({} if body is None else {"Content-Type": "application/json"})
        connection.request(method or ("GET" if body is None else "POST"), path, text, headers)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()

    def ask_well(self, path: str, headers: dict, body=None, method: str = "") -> dict:
        status, _, reply = self.ask(path, headers, body, method)
        if status >= 300:
            sys.exit(f"{path}: {status} {reply.decode()}")
        return json.loads(reply)

    def wait(self, path: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.ask(path)[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        sys.exit("a server did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_holdfast(
    data: Path, roles: str = "api,worker,scheduler", executable: Path = HOLDFAST, environment: dict = {}
) -> Server:
    port = free_port()
    environment = {
        "HOLDFAST_LISTEN": f"http://127.0.0.1:{port}",
        "HOLDFAST_DATA": str(data),
        "HOLDFAST_ADMIN_PASSWORD": PASSWORD,
        "HOLDFAST_WORKERS__POLL_SECONDS": "0.05",
        "HOLDFAST_ROLES": roles,
    } | environment
    server = Server([str(executable), "serve"], port, environment, Path(f"{data}.log"))
    server.wait("/readyz")
    return server


def start_floor(replies: Path) -> Server:
    """Bare Kestrel, which answers ``/name`` with the bytes of the file of that name."""
    port = free_port()
    command = ["dotnet", str(ROOT / "bench/Holdfast.Floor/bin/Release/net10.0/Holdfast.Floor.dll")]
    server = Server([*command, f"http://127.0.0.1:{port}", str(replies)], port, {}, Path(f"{replies}.log"))
    server.wait("/" + sorted(replies.iterdir())[0].name)
    return server


def sign_in(server: Server) -> tuple:
    """The headers of an administrator's requests, and the administrator's project."""
    domain = {"id": "default"}
    user = {"name": "admin", "password": PASSWORD, "domain": domain}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity, "scope": {"project": {"name": "admin", "domain": domain}}}}
    _, headers, reply = server.ask("/identity/v3/auth/tokens", body=body)
    return {
        "X-Auth-Token": headers["X-Subject-Token"],
        "X-OpenStack-Manila-API-Version": "2.91",
        "X-OpenStack-Manila-API-Experimental": "True",
    }, json.loads(reply)["token"]["project"]["id"]


def load(server: Server, asks: list, headers: dict, connections: int) -> dict:
    """Sends ``(path, body)`` after another over a few connections, each asking again as soon as it has an answer.

    Returns CPU seconds of the server for a request, requests a second, and the latencies' median and p99 in seconds.
    """
    latencies, parts = [], [asks[part::connections] for part in range(connections)]

    def run(part):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        for path, body in part:
            begin = time.perf_counter()
            if body is None:
                connection.request("GET", path, headers=headers)
            else:
                connection.request("POST", path, body, headers | {"Content-Type": "application/json"})
            reply = connection.getresponse()
            text = reply.read()
            if reply.status not in (200, 202):
                raise RuntimeError(f"{path}: {reply.status} {text[:300]}")
            latencies.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=run, args=(part,)) for part in parts]
    cpu, begin = server.cpu(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu, wall = server.cpu() - cpu, time.perf_counter() - begin
    if len(latencies) != len(asks):
        sys.exit("not every request was answered")
    return {
        "cpu": cpu / len(asks),
        "rate": len(asks) / wall,
        "p50": statistics.median(latencies),
        "p99": statistics.quantiles(latencies, n=100)[98] if len(latencies) > 1 else latencies[0],
    }
