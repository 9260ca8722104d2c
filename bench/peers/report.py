"""From runs to a report in Markdown: what was to be reached, and every median beside its ratio to restic's."""

import statistics

from targets import OURS, TARGETS, verdict
from works import WORKS

MEASURES = ("wall", "cpu", "memory", "repository_bytes")
# The service has no peer: it is compared with a process that does the same.
SAME_WORK = {"service": "unchanged"}
NUMERIC = set("0123456789.–")
WORDS = {"cpu": "CPU", "wall": "wall", "memory": "peak memory", "repository_bytes": "repository size"}


def summarise(runs: list, base: str) -> list:
    """One row for each work and engine: medians, and their ratios to those of the engine `base` at the same work."""
    grouped = {}
    for run in runs:
        grouped.setdefault((run.work, run.engine), []).append(run)
    rows = []
    for (work, engine), group in sorted(grouped.items(), key=lambda item: list(WORKS).index(item[0][0])):
        peers = grouped.get((SAME_WORK.get(work, work), base))
        row = {"work": work, "engine": engine, "rounds": len(group)}
        for measure in MEASURES:
            values = [getattr(run, measure) for run in group]
            row[measure] = statistics.median(values)
            row[f"{measure}_range"] = [min(values), max(values)]
            peer = statistics.median(getattr(run, measure) for run in peers) if peers else 0
            row[f"{measure}_ratio"] = row[measure] / peer if peer else None
        rows.append(row)
    return rows


def markdown(rows: list, about: dict, remote: str) -> str:
    """`about` is what else the reader must know: what was measured where. `remote` is a table of its own."""
    parts = ["\n".join(f"- {name}: {value}" for name, value in about.items())]
    verdicts = _verdicts(rows)
    if verdicts:
        parts.append(_table(["work", "measure", "against", "must", "aim", "measured", ""], verdicts))
    if rows:
        parts.append(_medians(rows))
    if remote:
        parts.append(f"A store that takes 20 ms for every request:\n\n```\n{remote.rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def _verdicts(rows: list) -> list:
    by_name = {(row["work"], row["engine"]): row for row in rows}
    lines = []
    for target in TARGETS:
        value = target.value(by_name)
        if value is None:
            continue
        show = (lambda number: f"{number:.3f}") if target.peer else (lambda number: f"{number / 1024:.0f} MiB")
        against = "its own whole restore" if target.peer == OURS else target.peer
        if target.work in SAME_WORK:
            against += " as a process"
        lines.append([
            WORKS[target.work], WORDS[target.measure], against,
            f"≤ {show(target.must)}", f"≤ {show(target.aim)}", show(value), verdict(target, value),
        ])
    return lines


def _medians(rows: list) -> str:
    heads = ["work", "engine", "n", "wall s", "ratio", "CPU s", "(least–most)", "ratio", "peak MiB", "ratio", "repository MiB", "ratio"]
    lines = []
    for row in rows:
        least, most = row["cpu_range"]
        lines.append([
            WORKS[row["work"]], row["engine"], str(row["rounds"]),
            f"{row['wall']:.2f}", _ratio(row, "wall"),
            f"{row['cpu']:.2f}", f"{least:.2f}–{most:.2f}", _ratio(row, "cpu"),
            f"{row['memory'] / 1024:.0f}", _ratio(row, "memory"),
            f"{row['repository_bytes'] / (1 << 20):.0f}" if row["repository_bytes"] else "",
            _ratio(row, "repository_bytes", 3),
        ])
    return _table(heads, lines)


def _ratio(row: dict, measure: str, digits: int = 2) -> str:
    ratio = row[f"{measure}_ratio"]
    return f"{ratio:.{digits}f}" if ratio else ""


def _table(heads: list, lines: list) -> str:
    """A table whose columns also line up as plain text; numbers stand to the right."""
    widths = [max(3, *(len(line[column]) for line in [heads, *lines])) for column in range(len(heads))]
    left = [any(set(line[column]) - NUMERIC for line in lines) for column in range(len(heads))]

    def line(cells):
        padded = (
            cell.ljust(width) if is_left else cell.rjust(width) for cell, width, is_left in zip(cells, widths, left)
        )
        return f"| {' | '.join(padded)} |"

    rule = (f"{'-' * width}" if is_left else f"{'-' * (width - 1)}:" for width, is_left in zip(widths, left))
    return "\n".join([line(heads), f"| {' | '.join(rule)} |", *map(line, lines)])
