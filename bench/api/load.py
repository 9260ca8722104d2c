#!/usr/bin/env python3
"""Measures what a request of the API costs beside bare Kestrel that answers with the same bytes.

A few connections ask again as soon as they have an answer. What counts is the server's CPU for each request, read from
/proc: the asking program shares the machine, so requests a second would say more about it than about the server.
"""

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a benchmark's password"
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A process that listens on a port of the loopback interface."""

    def __init__(self, command: list, port: int, environment: dict, log: Path):
        self.port = port
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, env=os.environ | environment, stdout=output, stderr=output)

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def ask(self, path: str, headers: dict = {}, body=None, method: str = "") -> tuple:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        text = None if body is None else json.dumps(body)
        headers = headers | ({} if body is None else {"Content-Type": "application/json"})
        connection.request(method or ("GET" if body is None else "POST"), path, text, headers)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()

    def wait(self, path: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.ask(path)[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        sys.exit("a server did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sign_in(server: Server) -> dict:
    domain = {"id": "default"}
    user = {"name": "admin", "password": PASSWORD, "domain": domain}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity, "scope": {"project": {"name": "admin", "domain": domain}}}}
    _, headers, _ = server.ask("/identity/v3/auth/tokens", body=body)
    return {
        "X-Auth-Token": headers["X-Subject-Token"],
        "X-OpenStack-Manila-API-Version": "2.91",
        "X-OpenStack-Manila-API-Experimental": "True",
    }


def make_backups(server: Server, headers: dict, count: int) -> str:
    """One share with so many backups; returns the last one's id."""

    def ask(path, body=None):
        status, _, reply = server.ask(path, headers, body)
        if status >= 300:
            sys.exit(f"{path}: {status} {reply.decode()}")
        return json.loads(reply)

    share = ask("/v2/shares", {"share": {"share_proto": "NFS", "size": 1}})["share"]["id"]
    for _ in range(count):
        while ask(f"/v2/shares/{share}")["share"]["status"] != "available":
            time.sleep(0.02)
        backup = ask("/v2/share-backups", {"share_backup": {"share_id": share, "name": "a backup of the benchmark"}})
    while ask(f"/v2/shares/{share}")["share"]["status"] != "available":
        time.sleep(0.02)
    return backup["share_backup"]["id"]


def load(server: Server, path: str, headers: dict, requests: int, connections: int) -> dict:
    """CPU seconds of the server for each request, and the latencies seen."""
    latencies = []

    def run():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        for _ in range(requests // connections):
            begin = time.perf_counter()
            connection.request("GET", path, headers=headers)
            reply = connection.getresponse()
            reply.read()
            if reply.status != 200:
                raise RuntimeError(f"{path}: {reply.status}")
            latencies.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    before = server.cpu()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu = server.cpu() - before
    if len(latencies) != requests // connections * connections:
        sys.exit(f"{path}: not every request was answered")
    return {"cpu": cpu / len(latencies), "p99": statistics.quantiles(latencies, n=100)[98]}


def measure(holdfast: Server, floor: Server, headers: dict, works: dict, options) -> list:
    rows = []
    for name, path in works.items():
        rounds = {"holdfast": [], "floor": []}
        asked = {"holdfast": (holdfast, path, headers), "floor": (floor, f"/{name}", {})}
        for server, where, what in asked.values():
            load(server, where, what, options.requests, options.connections)  # warm: code is compiled as it is used
        for _ in range(options.rounds):
            for who, (server, where, what) in asked.items():
                rounds[who].append(load(server, where, what, options.requests, options.connections))
        cpu = {who: statistics.median(result["cpu"] for result in results) for who, results in rounds.items()}
        p99 = {who: statistics.median(result["p99"] for result in results) for who, results in rounds.items()}
        rows.append({"request": name, "path": path, "cpu": cpu, "p99": p99, "ratio": cpu["holdfast"] / cpu["floor"], "rounds": rounds})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=4000, help="of a round")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--backups", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-", dir="/var/tmp") as work:
        port, floor_port = free_port(), free_port()
        environment = {
            "HOLDFAST_LISTEN": f"http://127.0.0.1:{port}",
            "HOLDFAST_DATA": f"{work}/data",
            "HOLDFAST_ADMIN_PASSWORD": PASSWORD,
            "HOLDFAST_WORKERS__POLL_SECONDS": "0.05",
        }
        servers = []
        try:
            holdfast = Server([str(ROOT / "artifacts/bin/holdfast"), "serve"], port, environment, Path(work, "log"))
            servers.append(holdfast)
            holdfast.wait("/readyz")
            headers = sign_in(holdfast)
            backup = make_backups(holdfast, headers, options.backups)
            works = {"detail": f"/v2/share-backups/detail?limit={options.backups}", "show": f"/v2/share-backups/{backup}"}
            replies = Path(work, "replies")
            replies.mkdir()
            for name, path in works.items():
                (replies / name).write_bytes(holdfast.ask(path, headers)[2])
            command = ["dotnet", str(ROOT / "bench/Holdfast.Floor/bin/Release/net10.0/Holdfast.Floor.dll")]
            floor = Server([*command, f"http://127.0.0.1:{floor_port}", str(replies)], floor_port, {}, Path(work, "floor-log"))
            servers.append(floor)
            floor.wait("/show")
            rows = measure(holdfast, floor, headers, works, options)
        finally:
            for server in servers:
                server.process.terminate()
                server.process.wait()
    print(f"{'request':<10} {'holdfast µs CPU':>16} {'floor µs CPU':>13} {'ratio':>6} {'p99 ms':>8} {'floor p99':>10}")
    for row in rows:
        print(f"{row['request']:<10} {row['cpu']['holdfast'] * 1e6:16.0f} {row['cpu']['floor'] * 1e6:13.0f} {row['ratio']:6.1f} "
              f"{row['p99']['holdfast'] * 1e3:8.1f} {row['p99']['floor'] * 1e3:10.1f}")
    path = ROOT / "bench/results" / f"api-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"options": vars(options), "cpus": os.cpu_count(), "rows": rows}, indent=1) + "\n")
    print(f"\nwritten to {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
