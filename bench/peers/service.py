"""A share that is backed up again through a running `holdfast serve`."""

import sys
import time
from datetime import datetime
from pathlib import Path

from engines import ROOT, Engine

sys.path.append(str(ROOT / "bench/api"))
from server import sign_in, start_holdfast  # noqa: E402

# A service runs for weeks: what it does again and again is compiled, and its files are open. All this takes seconds, so that
# what was compiled ahead is not yet compiled again.
WARM_UPS = 8


class Service:
    """Runs while it is measured; its data directory is kept for the next time."""

    def __init__(self, engine: Engine, work: Path, tree: Path):
        self.executable = engine.command[0]
        self.data = work / f"service {engine.name}"
        self.tree = tree
        self.share = None
        self.seen = None

    def measure(self, changes: int) -> dict:
        """What a backup of the unchanged tree takes, from its acceptance to its end, in a service that has just made
        some. `changes` tells whether the tree is as it was the last time."""
        roots = f"local={self.data}/shares,corpora={self.tree.parent}"
        server = start_holdfast(self.data, executable=self.executable, environment={"HOLDFAST_SHARE_ROOTS": roots})
        try:
            headers, project = sign_in(server)
            self.share = self.share or self._adopt(server, headers, project)
            for _ in range(WARM_UPS if self.seen == changes else 1 + WARM_UPS):
                self._backup(server, headers)
            self.seen = changes
            cpu = server.cpu()
            operation = self._backup(server, headers)
            cpu = server.cpu() - cpu
            memory = server.peak_memory()
        finally:
            server.stop()
        begin, end = (datetime.fromisoformat(operation[name]) for name in ("created_at", "finished_at"))
        store = self.data / "store" / project
        size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
        return {"wall": (end - begin).total_seconds(), "cpu": cpu, "memory": memory, "repository_bytes": size}

    def _adopt(self, server, headers: dict, project: str) -> str:
        for quota in ("backups", "backup_gigabytes"):
            server.ask_well(f"/v2/quota-sets/{project}", headers, {"quota_set": {quota: -1}}, "PUT")
        manage = {"share": {"protocol": "NFS", "export_path": str(self.tree)}}
        return server.ask_well("/v2/shares/manage", headers, manage)["share"]["id"]

    def _backup(self, server, headers: dict) -> dict:
        """Makes a backup and returns its operation, once it has ended."""
        request = {"share_backup": {"share_id": self.share}}
        backup = server.ask_well("/v2/share-backups", headers, request)["share_backup"]["id"]
        while True:
            # Seldom, as the answers are the service's CPU, too. What the backup took is in its operation.
            time.sleep(0.2)
            listed = server.ask_well(f"/api/v1/operations?backup_id={backup}", headers)
            operation = listed["operations"][0]
            if operation["finished_at"]:
                break
        if operation["status"] != "succeeded":
            sys.exit(f"the service's backup: {operation}")
        return operation
