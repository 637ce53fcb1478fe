"""Which other files a file can load or names: what is asked of every file of a large tree."""

import ast

from hunkgate.gates.tests import facts, syntax
from hunkgate.gates.tests.facts import Outline
from hunkgate.gates.tests.reading import lookups, strings, unreadable
from hunkgate.gates.tests.reading.statements import assigned, imported, is_text, is_type_checking

# The fields of each kind of node below which there can be a constant, a call or a statement.
_PARTS = {
    kind: tuple(
        field
        for field in kind._fields
        if field
        not in ("arg", "asname", "attr", "ctx", "id", "kind", "name", "names", "op", "ops", "rest")
        and field not in ("conversion", "is_async", "kwd_attrs", "simple", "tag", "type_comment")
    )
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def read(content: bytes) -> Outline:
    """What of the facts says which other files this one can load or names, in a third of the time that all of them take."""
    try:
        return facts.outline(_outlined(syntax.parse(content), doctests=b">>>" in content))
    except syntax.UNREADABLE:
        return facts.outline(unreadable.facts(content).module.tokens)


def _outlined(tree: ast.Module, *, doctests: bool) -> set[str]:
    """The tokens of all definitions, and maybe more, that ``facts.outline`` would take."""
    tokens: set[str] = set()
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        kind = node.__class__
        if kind is ast.Name:
            continue
        if kind is ast.Attribute:
            stack.append(node.value)  # type: ignore[attr-defined]
            continue
        if kind is ast.Constant:
            text = node.value  # type: ignore[attr-defined]
            if text.__class__ is str and ("." in text or ":" in text):
                strings.constant(text, tokens)
            continue
        if kind is ast.Import or kind is ast.ImportFrom:
            tokens.update(token for _, token in imported(node))  # type: ignore[arg-type]
            continue
        if kind is ast.Call:
            called = node.func  # type: ignore[attr-defined]
            while called.__class__ is ast.Call:
                called = called.func
            name = getattr(called, "attr", "") or getattr(called, "id", "")
            if name in lookups.LOADING:
                lookups.looked_up(node, tokens, "")  # type: ignore[arg-type]
        elif kind is ast.JoinedStr or kind is ast.BinOp:
            strings.put_together(node, tokens)  # type: ignore[arg-type]
        elif kind is ast.Expr and is_text(node):  # type: ignore[arg-type]
            if doctests:
                tokens.update(f"'{word}" for word in strings.examples(node.value.value))  # type: ignore[attr-defined]
            continue
        elif kind is ast.If and is_type_checking(node.test):  # type: ignore[attr-defined]
            stack.extend(node.orelse)  # type: ignore[attr-defined]
            continue
        elif kind is ast.Assign or kind is ast.AnnAssign:
            names = assigned(node)  # type: ignore[arg-type]
            if "pytest_plugins" in names and node.value is not None:  # type: ignore[attr-defined]
                tokens.update(
                    f"+0:{one.value}:"
                    for one in ast.walk(node.value)  # type: ignore[attr-defined]
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )
        for field in _PARTS.get(kind, ()):
            value = getattr(node, field)
            if value.__class__ is list:
                stack += value
            else:
                stack.append(value)
    if "!imports" in tokens and "!files" in tokens:
        tokens.add("@")
    return tokens
