"""From runs to rows: medians, and their ratios to restic's."""

import statistics

from works import WORKS

MEASURES = ("wall", "cpu", "memory", "repository_bytes")


def summarise(runs: list, base: str) -> list:
    """One row for each work and engine: medians, and their ratios to those of the engine `base` at the same work."""
    grouped = {}
    for run in runs:
        grouped.setdefault((run.work, run.engine), []).append(run)
    rows = []
    for (work, engine), group in sorted(grouped.items(), key=lambda item: list(WORKS).index(item[0][0])):
        row = {"work": work, "engine": engine, "rounds": len(group)}
        for measure in MEASURES:
            own = statistics.median(getattr(run, measure) for run in group)
            row[measure] = own
            row[f"{measure}_ratio"] = own / statistics.median(getattr(run, measure) for run in grouped[work, base])
        rows.append(row)
    return rows


def print_table(rows: list) -> None:
    print(f"{'work':<32} {'engine':<26} {'wall s':>9} {'ratio':>6} {'CPU s':>9} {'ratio':>6} "
          f"{'MiB peak':>8} {'ratio':>6} {'MiB repo':>9} {'ratio':>6}")
    for row in rows:
        print(f"{WORKS[row['work']]:<32} {row['engine']:<26} {row['wall']:9.2f} {row['wall_ratio']:6.2f} "
              f"{row['cpu']:9.2f} {row['cpu_ratio']:6.2f} {row['memory'] / 1024:8.0f} {row['memory_ratio']:6.2f} "
              f"{row['repository_bytes'] / (1 << 20):9.0f} {row['repository_bytes_ratio']:6.3f}")
