"""What a change does to the dependencies, as a report of its own: text for a terminal, markdown for a pull request, JSON values.

Files and groups stand worst first; a group of one kind is folded after ``SHOWN`` rows, with a count of the rest.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from hunkgate.gates.dependencies import rules
from hunkgate.gates.dependencies.dependency import DependencyChange
from hunkgate.gates.dependencies.facts import facts, line
from hunkgate.model import Level
from hunkgate.text import visible

SHOWN = 25
"""How many rows of one group are listed (the figure that yarn-lock-changes folds at)."""

NOTHING = "no dependency changes"

_WEIGHT = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}
_LEAST = (len(_WEIGHT), len(rules.ROWS))
_WORD = {Level.ERROR: "STOP", Level.WARNING: "warn", Level.NOTE: "note"}

_Group = tuple[str, list[DependencyChange]]


def json_list(changes: Iterable[DependencyChange]) -> str:
    """The changes as a JSON list in the order given, each on a line of its own."""
    # Whole, not by the indenting writer, which is Python's own and not C's: it took longer than to find the changes of a lock.
    lines = ",\n".join(json.dumps(facts(one)) for one in changes)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def text(changes: Sequence[DependencyChange], *, most: int | None = SHOWN) -> str:
    """The changes as a table for a terminal: by file, then by kind, of each kind at most so many (None: all)."""
    if not changes:
        return f"{NOTHING}\n"
    lines = []
    for file, groups in _files(changes):
        lines.append(f"{visible(file)}")
        for title, group in groups:
            lines.append(f"  {title} ({len(group)})")
            rows = [(_word(one), line(one), _why(one)) for one in group[:most]]
            width = max(len(row[1]) for row in rows)
            lines.extend(f"    {word}  {what:<{width}}  {why}".rstrip() for word, what, why in rows)
            if len(group) > len(rows):
                lines.append(f"    ...   and {len(group) - len(rows)} more")
    lines.append(_total(changes))
    return "\n".join(lines) + "\n"


def markdown(changes: Sequence[DependencyChange]) -> str:
    """The changes as GitHub-flavoured markdown: one table for each file, long groups folded."""
    if not changes:
        return f"{NOTHING.capitalize()}.\n"
    parts = [f"**{_total(changes)}**"]
    for file, groups in _files(changes):
        parts.append(f"### {_code(file)}")
        for title, group in groups:
            table = "\n".join(_table(group))
            if len(group) > SHOWN:
                table = (
                    f"<details><summary>{title} ({len(group)})</summary>\n\n{table}\n\n</details>"
                )
            else:
                table = f"{title} ({len(group)})\n\n{table}"
            parts.append(table)
    return "\n\n".join(parts) + "\n"


def _table(group: list[DependencyChange]) -> Iterator[str]:
    yield "| | change | why |"
    yield "|---|---|---|"
    for one in group:
        yield f"| {_word(one)} | {_code(line(one))} | {_cell(_why(one))} |"


def _files(changes: Iterable[DependencyChange]) -> list[tuple[str, list[_Group]]]:
    """The changes by file and then by group, each worst first."""
    files: dict[str, dict[str, list[DependencyChange]]] = defaultdict(lambda: defaultdict(list))
    for one in changes:
        files[one.file][_title(one)].append(one)
    found = []
    for file, groups in files.items():
        ordered = [
            (title, sorted(group, key=lambda one: (_rank(one), one.name)))
            for title, group in groups.items()
        ]
        ordered.sort(key=lambda group: (_rank(group[1][0]), group[0]))
        found.append((file, ordered))
    found.sort(key=lambda file: (_rank(file[1][0][1][0]), file[0]))
    return found


def _title(change: DependencyChange) -> str:
    if any(one.name == "explained" for one in change.signals):
        return "follows from the manifest"
    return change.kind.value


def _rank(change: DependencyChange) -> tuple[int, int]:
    if not change.signals:
        return _LEAST
    worst = change.signals[0]
    return _WEIGHT[worst.level], rules.RANK[worst.name]


def _word(change: DependencyChange) -> str:
    return _WORD[change.signals[0].level] if change.signals else "ok  "


def _why(change: DependencyChange) -> str:
    return "; ".join(one.message for one in change.signals)


def _total(changes: Sequence[DependencyChange]) -> str:
    stops = sum(bool(one.signals) and one.signals[0].level is Level.ERROR for one in changes)
    files = len({one.file for one in changes})
    return f"{_count(len(changes), 'dependency change')} in {_count(files, 'file')}, {stops} to approve"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _code(text_: str) -> str:
    # A code span ends at as many backticks as it began with; a stroke would end the cell even in a span (GFM, "Tables").
    shown = visible(text_).replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in _runs(shown)), default=0) + 1)
    pad = " " if len(ticks) > 1 else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def _runs(text_: str) -> Iterator[str]:
    run = ""
    for character in f"{text_} ":
        if character == "`":
            run += character
        elif run:
            yield run
            run = ""


def _cell(text_: str) -> str:
    shown = visible(text_)
    for character in "\\`*_[]<>|~#@":
        shown = shown.replace(character, f"&#{ord(character)};")
    return shown
