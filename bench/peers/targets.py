"""What has to be reached: bounds on our medians, most of them as a part of a peer's at the same work of the same run."""

from dataclasses import dataclass

OURS = "holdfast"
MEBI = 1 << 20


@dataclass
class Target:
    """`measure` of ours at `work`, divided by `peer`'s at `peer_work`, or as it is where there is no peer.

    `must` has to be reached; `aim` is where more work would not pay.
    """

    work: str
    measure: str
    must: float
    aim: float
    peer: str = "restic"
    peer_work: str = ""

    def value(self, rows: dict) -> float:
        """None where the run did not measure it. `rows` are by work and engine."""
        own, peer = rows.get((self.work, OURS)), rows.get((self.peer_work or self.work, self.peer))
        if own is None or (self.peer and peer is None):
            return None
        return own[self.measure] / (peer[self.measure] if self.peer else 1)


def _both(work: str, must: float, aim: float, peer: str = "restic", peer_work: str = "") -> list:
    return [Target(work, measure, must, aim, peer, peer_work) for measure in ("cpu", "wall")]


TARGETS = [
    Target("first-small", "cpu", 0.42, 0.36),
    Target("first-small", "wall", 0.50, 0.36),
    Target("first-small", "cpu", 0.50, 0.50, "borg"),
    *_both("first-image", 0.46, 0.42),
    *_both("first-random", 0.40, 0.28),
    *_both("unchanged", 0.30, 0.20),
    *_both("service", 0.18, 0.10, peer_work="unchanged"),
    *_both("changed", 0.30, 0.20),
    *_both("restore-small", 0.48, 0.36),
    *_both("restore-image", 0.80, 0.60),
    # "Follows the difference": most of what a whole restore takes is not taken. The bound is the benchmark's own.
    *_both("restore-right", 0.33, 0.25, OURS, "restore-small"),
    Target("first-small", "repository_bytes", 1.00, 0.97),
    Target("first-image", "repository_bytes", 1.00, 0.97),
    Target("first-random", "repository_bytes", 1.00, 0.97),
    # In KiB; 48 bytes for each blob are allowed on top, and not counted here.
    Target("first-small", "memory", 250 * 1024, 150 * 1024, ""),
]


def verdict(target: Target, value: float) -> str:
    if value <= target.aim:
        return "aim met"
    return "must met" if value <= target.must else "MISSED"
