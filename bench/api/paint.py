#!/usr/bin/env python3
"""Measures how long a person with a browser looks at an empty window: the first contentful paint of each page of the dashboard, as
Chromium itself says it, over loopback, in a project of 10,000 backups. A page is loaded anew each time; style, script and mark come
from the browser's cache, as they do for whoever has seen one page, and are fetched in the first round, which is shown by itself.
"""

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import world
from rebuild import settle
from server import PASSWORD, sign_in, start_holdfast

FIRST_PAINT = """new Promise(resolve => new PerformanceObserver(list => {
  for (const entry of list.getEntries())
    if (entry.name === 'first-contentful-paint') resolve(entry.startTime);
}).observe({type: 'paint', buffered: true}))"""


class Browser:
    """Chromium without a window, told what to do by DevTools' protocol over a pair of pipes."""

    def __init__(self, profile: Path):
        told, tell = os.pipe()
        hear, said = os.pipe()
        command = [shutil.which("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-background-networking", f"--user-data-dir={profile}", "--remote-debugging-pipe"]

        def give_pipes():
            # The protocol's descriptors are 3 and 4; copies above them first, as either may be in the other's place.
            high = [os.dup2(end, 100 + at) for at, end in enumerate((told, said))]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            command, preexec_fn=give_pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(told)
        os.close(said)
        self.tell, self.hear, self.number = os.fdopen(tell, "wb", 0), os.fdopen(hear, "rb"), 0
        target = self.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = None
        self.session = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self.ask("Page.enable")
        self.ask("Emulation.setDeviceMetricsOverride",
                 {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False})

    def ask(self, method: str, parameters: dict = {}) -> dict:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        self.tell.write(json.dumps(message).encode() + b"\0")
        answer = self.wait(lambda heard: heard.get("id") == self.number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def wait(self, wanted) -> dict:
        while True:
            heard = bytearray()
            while not heard.endswith(b"\0"):
                one = self.hear.read(1)
                if not one:
                    raise RuntimeError("the browser has ended")
                heard += one
            message = json.loads(heard[:-1])
            if wanted(message):
                return message

    def first_paint(self, url: str) -> float:
        """Milliseconds from the navigation's begin, of a page that is where it was asked for: not one that asks to sign in."""
        answer = self.ask("Page.navigate", {"url": url})
        if "errorText" in answer:
            raise RuntimeError(f"{url}: {answer['errorText']}")
        self.wait(lambda heard: heard.get("method") == "Page.loadEventFired")
        if (there := self.evaluate("location.href")) != url:
            raise RuntimeError(f"{url} led to {there}")
        return self.evaluate(FIRST_PAINT)

    def evaluate(self, expression: str):
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        return self.ask("Runtime.evaluate", asked)["result"]["value"]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def session_cookie(server) -> tuple:
    """Name and value of a session's cookie, got with the form as a browser sends it."""
    form = urlencode({"user": "admin", "password": PASSWORD})
    origin = f"http://127.0.0.1:{server.port}"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/dashboard/sign-in", form,
                       {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin})
    reply = connection.getresponse()
    reply.read()
    cookie = reply.headers["Set-Cookie"]
    if reply.status != 303 or cookie is None:
        raise RuntimeError(f"the sign-in was answered {reply.status}")
    return tuple(cookie.split(";")[0].split("=", 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backups", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20, help="loads of each page behind the first")
    options = parser.parse_args()
    with world.workplace() as work:
        data = work / "data"
        made = world.make(data, options.backups, 1)
        share = made["spares"][0]
        directory = data / "shares" / share
        directory.mkdir(parents=True, exist_ok=True)
        for number in range(200):
            (directory / f"document {number:03}.txt").write_text(f"content of {number}\n")
        server = start_holdfast(data)
        headers, _ = sign_in(server)
        backup = server.ask_well("/v2/share-backups", headers, {"share_backup": {"share_id": share}})["share_backup"]["id"]
        operation = settle(server, headers, f"backup_id={backup}")["id"]
        server.stop()
        server = start_holdfast(data)
        pages = {
            "sign-in": "/sign-in",
            "overview": "",
            "shares": "/shares",
            "a share": f"/shares/{share}",
            "a backup": f"/backups/{backup}",
            "200 files": f"/backups/{backup}/files/",
            "restore": f"/backups/{backup}/restore/",
            "schedules": "/schedules",
            "operations": "/operations",
            "an operation": f"/operations/{operation}",
            "shared backups": "/sharings",
            "audit trail": "/audit",
            "service": "/service",
        }
        name, value = session_cookie(server)
        browser = Browser(work / "profile")
        browser.ask("Network.enable")
        rows = []
        for page, path in pages.items():
            if page == "overview":
                browser.ask("Network.setCookie",
                            {"name": name, "value": value, "url": f"http://127.0.0.1:{server.port}/dashboard"})
            paints = [browser.first_paint(f"http://127.0.0.1:{server.port}/dashboard{path}")
                      for _ in range(options.rounds + 1)]
            rows.append({"page": page, "first": paints[0], "p50": statistics.median(paints[1:]),
                         "worst": max(paints[1:])})
        browser.stop()
        server.stop()
    print(f"{'page':<16} {'first ms':>9} {'p50 ms':>7} {'worst ms':>9}")
    for row in rows:
        print(f"{row['page']:<16} {row['first']:9.0f} {row['p50']:7.0f} {row['worst']:9.0f}")
    world.write_results("paint", {"options": vars(options), "cpus": os.cpu_count(), "rows": rows})


if __name__ == "__main__":
    main()
