"""A catalog with many backups, written straight into its file: making them one by one would take days.

The administrator's project has at most 10,000 of them, every other project 1,000.
"""

import json
import random
import sqlite3
import tempfile
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

from server import ROOT, sign_in, start_holdfast

OWN_AT_MOST = 10_000
OF_A_PROJECT = 1_000
OF_A_SHARE = 100
SECOND = 1_000_000


@contextmanager
def workplace():
    """A directory on a real disk, gone in the end."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-", dir="/var/tmp") as work:
        yield Path(work)


def write_results(name: str, results: dict) -> None:
    path = ROOT / "bench/results" / f"{name}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\nwritten to {path.relative_to(ROOT)}")


def make(data: Path, backups: int, spare_shares: int) -> dict:
    """Makes a data directory whose catalog has so many backups. Returns what the requests of a bench need to know."""
    server = start_holdfast(data)
    try:
        headers, project = sign_in(server)
        share = server.ask_well("/v2/shares", headers, {"share": {"share_proto": "NFS", "size": 1}})["share"]["id"]
        for quota in ("backups", "backup_gigabytes"):
            server.ask_well(f"/v2/quota-sets/{project}", headers, {"quota_set": {quota: -1}}, "PUT")
    finally:
        server.stop()
    catalog = sqlite3.connect(data / "catalog" / "catalog.db")
    catalog.execute("PRAGMA synchronous = OFF")
    catalog.execute("UPDATE shares SET status = 'available' WHERE id = ?", (share,))
    world = {"project": project, "backups": backups, "own": min(backups, OWN_AT_MOST)}
    with catalog:
        spares = [_add_share(catalog, share, project) for _ in range(spare_shares)]
        world |= {"spares": spares} | _fill(catalog, share, project, backups)
    catalog.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    catalog.close()
    return world


def _fill(catalog: sqlite3.Connection, template: str, own: str, backups: int) -> dict:
    chance = random.Random(backups)
    statuses = ["available"] * 94 + ["error"] * 3 + ["creating", "deleting", "error_deleting"]
    shares, ids = [], []
    columns = ("id project_id user_id share_id name description size status availability_zone progress restore_progress"
               " backup_type options host topic snapshot_id capture item_errors created_at updated_at").split()
    insert = f"INSERT INTO backups ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    # The administrator's are spread among the others' over all of the time.
    every = max(1, backups // min(backups, OWN_AT_MOST))
    foreign = 0
    for number in range(backups):
        mine = number % every == 0 and len(ids) < OWN_AT_MOST
        if mine:
            project = own
            if len(ids) % OF_A_SHARE == 0:
                shares.append(_add_share(catalog, template, own))
            share = shares[-1]
        else:
            if foreign % OF_A_PROJECT == 0:
                other = uuid.UUID(int=chance.getrandbits(128)).hex
            if foreign % OF_A_SHARE == 0:
                others = _add_share(catalog, template, other)
            project, share = other, others
            foreign += 1
        backup = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        status = chance.choice(statuses)
        made = (1_700_000_000 + number) * SECOND
        catalog.execute(insert, (
            backup, project, "5d" * 16, share, f"nightly {number:07}", f"of week {number // 604800} by the schedule",
            chance.randint(1, 500), status, "nova", 100 if status == "available" else chance.randint(0, 99), 0,
            None, None, f"node{number % 7}", "manila-data", f"{chance.getrandbits(256):064x}", "live", 0, made,
            made + chance.randint(1, 600) * SECOND,
        ))
        catalog.execute("INSERT INTO backup_texts_news VALUES (0, ?, ?)", (project, made))
        if mine:
            ids.append(backup)
    return {"ids": ids, "shares": shares}


def _add_share(catalog: sqlite3.Connection, template: str, project: str) -> str:
    share = str(uuid.uuid4())
    columns = [row[1] for row in catalog.execute("PRAGMA table_info(shares)")]
    values = {"id": "?", "path": "?", "project_id": "?"}
    catalog.execute(
        f"INSERT INTO shares ({', '.join(columns)}) SELECT {', '.join(values.get(name, name) for name in columns)}"
        " FROM shares WHERE id = ?",
        [{"id": share, "path": share, "project_id": project}[name] for name in columns if name in values] + [template],
    )
    return share
