"""From a file's content to its syntax: each content once, and what two versions of a file share only once."""

import ast
import functools
import gc
import warnings
from collections.abc import Sequence

# What makes a content unreadable: each of these can come out of ``parse`` and ``both``.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def parse(content: bytes) -> ast.Module:
    """The syntax of a content. Nobody may alter it: it may be handed out again. Raises one of UNREADABLE."""
    return _latest(content)


def both(before: bytes, after: bytes) -> tuple[ast.Module, ast.Module]:
    """The syntax of two versions of one file. Raises one of UNREADABLE.

    Top-level statements before and behind the lines that differ are the same objects in both, numbered as in the second: so a
    small edit of a large file is parsed once and not twice.
    """
    new = parse(after)
    return _sharing(before, after, new) or _parsed(before), new


def _parsed(content: bytes) -> ast.Module:
    # Syntax holds no cycles: to look for them while it grows takes twice as long as to parse a large file.
    collecting = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(content)
    finally:
        if collecting:
            gc.enable()


# One is enough: what a change alters in a file and what the file imports are asked one after the other.
_latest = functools.lru_cache(maxsize=1)(_parsed)


def _sharing(before: bytes, after: bytes, new: ast.Module) -> ast.Module | None:
    """The syntax of ``before``, made of that of ``after`` and of the stretch of lines that differs; None where that is not safe.

    Up to the first line of a statement the same lines are the same statements. A stretch that can be parsed by itself ends outside
    of every bracket, string and block, so that the same lines behind it, from where a statement begins, are the same as well.
    """
    olds, news = before.splitlines(keepends=True), after.splitlines(keepends=True)
    # A coding cookie in the first two lines holds for the whole file (PEP 263).
    if any(b"coding" in line for line in (*olds[:2], *news[:2])):
        return None
    most = min(len(olds), len(news))
    first = _common(olds, news, most)
    last = _common(olds[::-1], news[::-1], most - first)
    starts = [_start(one, news) for one in new.body]
    begin = max(
        (index for index, start in enumerate(starts) if start is not None and start < first),
        default=0,
    )
    end = next(
        (
            index
            for index, start in enumerate(starts)
            if start is not None and start >= len(news) - last
        ),
        len(starts),
    )
    top = (starts[begin] or 0) if begin else 0
    bottom = len(olds)
    if end < len(starts):
        bottom -= len(news) - (starts[end] or 0)
    try:
        # Empty lines above give the statements their own line numbers.
        between = _parsed(b"\n" * top + b"".join(olds[top:bottom]))
    except UNREADABLE:
        return None
    return ast.Module(
        body=[*new.body[:begin], *between.body, *new.body[end:]],
        type_ignores=[],
    )


def _common(some: Sequence[bytes], others: Sequence[bytes], most: int) -> int:
    return next((at for at in range(most) if some[at] != others[at]), most)


def _start(statement: ast.stmt, lines: Sequence[bytes]) -> int | None:
    """The index of the line on which a top-level statement begins, None where something else may stand before it there."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    if decorators:
        start = decorators[0].lineno - 1
        return start if lines[start].startswith(b"@") else None
    return statement.lineno - 1 if statement.col_offset == 0 else None
