"""What the texts in a file may name: constants, names that are put together, the examples of docstrings."""

import ast
import re
from collections.abc import Iterator

WORD = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
# What a string constant must look like to name a module, an attribute, a program or a file.
_NAMING = re.compile(r"[\w./:@+*~-]{2,120}")
_PACKAGE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\.")
_LETTER = re.compile(r"[^\W\d_]")
# Longer strings are data; no test in the repositories looked at names anything after this many characters.
_CODE_CHARACTERS = 20_000
_COMMAND_CHARACTERS = 300


def constant(text: str, tokens: set[str]) -> None:
    """Note what a text may name: the text itself, or the words of a longer one; none of a very long one."""
    if _NAMING.fullmatch(text):
        if _LETTER.search(text):
            tokens.add(f"'{text}")
    elif len(text) <= _CODE_CHARACTERS:
        mark = "'" if "import " in text else '"'
        tokens.update(f"{mark}{word}" for word in WORD.findall(text) if len(word) > 1)
        if mark == '"' and len(text) <= _COMMAND_CHARACTERS:
            # A command line, or a path with blanks: its words that look like a path, a file or a dotted name.
            for word in text.split():
                if ("." in word or "/" in word) and _NAMING.fullmatch(word.strip(".,;:()'\"")):
                    tokens.add("'" + word.strip(".,;:()'\""))


def put_together(node: ast.JoinedStr | ast.BinOp, tokens: set[str]) -> None:
    """Note how a name that is put together begins or ends: ``f"visit_{kind}"``, ``"do_" + name``, ``name + "_handler"``."""
    if isinstance(node, ast.JoinedStr):
        ends: list[ast.expr] = [node.values[0], node.values[-1]] if node.values else []
    else:
        ends = [node.left, node.right]
    for end, mark in zip(ends, "^$", strict=False):
        if isinstance(end, ast.Constant) and isinstance(end.value, str):
            part = end.value.partition("%")[0] if mark == "^" else end.value
            if (
                len(part) > 2
                and part.isidentifier()
                and (part.endswith("_") if mark == "^" else part.startswith("_"))
            ):
                tokens.add(mark + part)
            elif mark == "^" and _PACKAGE.fullmatch(part):
                tokens.add(f"@{part}")


def examples(text: str) -> Iterator[str]:
    """The words of a docstring's examples, dotted ones in one piece."""
    for line in text.splitlines():
        stripped = line.lstrip()
        if stripped.startswith((">>>", "...")):
            yield from WORD.findall(stripped)
