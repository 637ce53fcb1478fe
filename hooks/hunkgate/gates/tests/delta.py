"""Which definitions of one Python file a change alters; comments, blank lines and ``if TYPE_CHECKING`` bodies are none."""

import ast
import builtins
import re
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hunkgate.gates.tests import harmless, syntax
from hunkgate.gates.tests.facts import MODULE
from hunkgate.gates.tests.reading import statements

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
# Builtin functions without an effect, given values.
_PURE = frozenset(
    {"abs", "chr", "enumerate", "max", "min", "ord", "range", "reversed", "sum", "type", "zip"}
)
# Methods of texts and bytes: what is called so elsewhere is taken to have no effect either.
_PURE_METHODS = frozenset(
    [
        *("casefold", "decode", "encode", "endswith", "format", "join", "lower", "lstrip"),
        *("replace", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper"),
    ]
)
# What of the standard library, as a base, runs methods of a new class while that is made, or can refuse it: modules and a class.
_MAKING = frozenset({"NamedTuple", "ctypes", "enum"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What differs between two versions of a file.

    ``changed`` holds names of definitions (MODULE: the import-time code, so whoever imports the file). ``gone`` are the globals
    that the file had and has no more: importing one of them by name now fails. The two sets of import tokens hold what the
    import-time code now imports in addition and no more; what that means, only the whole tree tells. So it does of ``bases``: where
    one of these, as the file calls them, runs code when a class is derived from it, the import-time code differs as well. ``exported``
    are the names that came into or went out of ``__all__``.
    """

    changed: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    added_imports: frozenset[str] = frozenset()
    removed_imports: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    exported: frozenset[str] = frozenset()


EVERYTHING = Delta(changed=frozenset({MODULE}))


def between(before: bytes, after: bytes) -> Delta:
    """The definitions that differ. A version that does not parse makes everything differ."""
    try:
        one, other = syntax.both(before, after)
    except syntax.UNREADABLE:
        return EVERYTHING if before != after else Delta()
    base = _Body(one.body, tuple(before.splitlines()))
    head = _Body(other.body, tuple(after.splitlines()))
    changed: set[str] = set()
    lazy = "annotations" in head.future and "annotations" in base.future
    names = _Names(base=base, head=head, lazy_annotations=lazy)
    _compare(base, head, "", changed, names)
    had_all, has_all = (
        _listed(body.variables.get("__all__", ())) or frozenset() for body in (base, head)
    )
    lost = base.bound - head.bound
    if base.future != head.future or lost & (_needed(other, lazy=lazy) | has_all):
        changed.add(MODULE)
    # Who imports all of the module gets these no more.
    lost |= had_all - has_all
    changed |= had_all ^ has_all
    changed.update(
        name
        for name in base.bindings.keys() | head.bindings.keys()
        if base.bindings.get(name) != head.bindings.get(name)
    )
    had, has = (
        {token for tokens in body.bindings.values() for token in tokens} for body in (base, head)
    )
    return Delta(
        changed=frozenset(changed),
        gone=lost,
        added_imports=frozenset(has - had),
        removed_imports=frozenset(had - has),
        bases=frozenset(names.bases),
        exported=had_all ^ has_all,
    )


def left_out(content: bytes) -> Delta:
    """What differs for who imported a file that is there no more. A content that does not parse makes everything differ."""
    try:
        tree = syntax.parse(content)
    except syntax.UNREADABLE:
        return EVERYTHING
    # These say how the rest is read, and do nothing.
    kept = [
        ast.unparse(one)
        for one in tree.body
        if isinstance(one, ast.ImportFrom) and one.module == "__future__"
    ]
    return between(content, "\n".join(kept).encode())


def _needed(tree: ast.Module, *, lazy: bool) -> frozenset[str]:
    """The names that are looked up while the module is imported. ``lazy`` says that annotations are not evaluated."""
    found: set[str] = set()
    waiting: list[ast.AST] = [one for one, program in statements.opened(tree.body) if not program]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            # What a class binds to the name is another thing of that name.
            if not isinstance(node.ctx, ast.Store):
                found.add(node.id)
        elif isinstance(node, _FUNCTION):
            waiting += node.decorator_list
            waiting += _signature(node, lazy=lazy)
        elif isinstance(node, ast.Lambda):
            waiting += _signature(node, lazy=lazy)
        elif isinstance(node, ast.ClassDef):
            waiting += (*node.decorator_list, *node.bases, *(one.value for one in node.keywords))
            waiting += (one for one, _ in statements.opened(node.body))
        elif isinstance(node, ast.stmt):
            waiting += (
                one
                for one in statements.own_expressions(node)
                if not (lazy and isinstance(node, ast.AnnAssign) and one is node.annotation)
            )
        else:
            waiting += ast.iter_child_nodes(node)
    return frozenset(found)


class _Names:
    """What can be told about the names in an expression: those bound somewhere, and whether annotations are evaluated at all.

    ``bases`` are those on which it rests that a class is made by Python alone, as far as only the whole tree tells.
    """

    __slots__ = ("_before", "_own", "bases", "bindings", "bound", "lazy_annotations")

    def __init__(self, *, base: "_Body", head: "_Body", lazy_annotations: bool) -> None:
        self.lazy_annotations = lazy_annotations
        self.bindings: Mapping[str, list[str]] = head.bindings
        self._before = base
        self._own = head.bound | base.bound
        self.bound = self._own | frozenset(dir(builtins))
        self.bases: set[str] = set()

    def safe(self, expression: ast.AST | None) -> bool:
        """Whether evaluating this when the module is imported cannot newly raise or run the project's code."""
        if expression is None:
            return True
        return (
            isinstance(expression, ast.expr)
            and harmless.value(expression, self.bindings)
            and self.known(expression)
            and all(map(_is_sound, ast.walk(expression)))
        )

    def harmless(self, expression: ast.AST | None) -> bool:
        """Whether leaving this out leaves out nothing but a value."""
        return not isinstance(expression, ast.expr) or self._pure(expression)

    def _pure(self, expression: ast.expr) -> bool:
        """Whether evaluating this had no effect: values, attributes, what builtin functions and methods of texts make of these."""
        if harmless.value(expression, self._before.bindings):
            return True
        if isinstance(expression, ast.Attribute):
            root = expression.value
            while isinstance(root, ast.Attribute):
                root = root.value
            return isinstance(root, ast.Name) and (
                root.id in self._before.bindings or root.id in self._before.classes
            )
        if isinstance(expression, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            inner = [expression.elt]
            for one in expression.generators:
                inner += (one.iter, *one.ifs)
            return all(map(self._pure, inner))
        if isinstance(expression, ast.Call):
            arguments = [*expression.args, *(one.value for one in expression.keywords)]
            return self._is_pure(expression.func) and all(map(self._pure, arguments))
        parts = harmless.combined(expression)
        return parts is not None and all(map(self._pure, parts))

    def _is_pure(self, called: ast.expr) -> bool:
        """Whether calling this has no effect."""
        if isinstance(called, ast.Attribute) and called.attr in _PURE_METHODS:
            return self._pure(called.value)
        if harmless.makes_value(called, self._before.bindings):
            return not isinstance(called, ast.Name) or called.id not in self._before.defined
        if not isinstance(called, ast.Name):
            return False
        if called.id in self._before.classes:
            return self._only_keeps(called.id)
        return called.id in _PURE and called.id not in self._own

    def _only_keeps(self, name: str) -> bool:
        """Whether making an object of a class of the old file does no more than to put what it is given into the object."""
        classes = self._before.classes[name]
        if len(classes) != 1 or not all(
            isinstance(one, ast.Name) and one.id == "object" for one in classes[0].bases
        ):
            return False
        if classes[0].decorator_list or classes[0].keywords:
            return False
        body = _Body(classes[0].body)
        made = body.functions.get("__init__", [])
        return body.defined.isdisjoint({"__new__", "__setattr__", "__getattribute__"}) and all(
            isinstance(one, ast.Assign)
            and all(isinstance(target, ast.Attribute) for target in one.targets)
            and self._pure(one.value)
            for method in made
            for one in method.body
            if not statements.is_text(one) and not isinstance(one, ast.Pass)
        )

    def known(self, expression: ast.AST) -> bool:
        """Whether every name in it is bound in the module."""
        return all(
            node.id in self.bound for node in ast.walk(expression) if isinstance(node, ast.Name)
        )


def _is_sound(node: ast.AST) -> bool:
    """False for ``re.compile`` of a pattern that is none: the import raises."""
    if not (isinstance(node, ast.Call) and harmless.last_name(node.func) == "compile"):
        return True
    pattern = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    if not isinstance(pattern, (str, bytes)):
        return True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


@dataclass(slots=True)
class _Body:
    """The statements of a module or a class, sorted by what they define."""

    statements: Iterable[ast.stmt]
    lines: tuple[bytes, ...] = ()
    functions: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = field(default_factory=dict)
    classes: dict[str, list[ast.ClassDef]] = field(default_factory=dict)
    variables: dict[str, list[ast.stmt]] = field(default_factory=dict)
    bindings: dict[str, list[str]] = field(default_factory=dict)
    others: list[ast.stmt] = field(default_factory=list)
    programs: list[ast.stmt] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    text: list[ast.stmt] = field(default_factory=list)
    future: set[str] = field(default_factory=set)
    # Variants of a function for type checkers: nobody can call them.
    variants: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: Mapping[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        body = list(self.statements)
        if body and statements.is_text(body[0]):
            self.text.append(body[0])
        for statement, program in statements.opened(body):
            if program:
                self.programs.append(statement)
            elif isinstance(statement, _FUNCTION):
                if harmless.is_variant(statement, self.imported or self.bindings):
                    self.variants.setdefault(statement.name, []).append(statement)
                    continue
                self.functions.setdefault(statement.name, []).append(statement)
                self.order.append(statement.name)
            elif isinstance(statement, ast.ClassDef):
                self.classes.setdefault(statement.name, []).append(statement)
                self.order.append(statement.name)
            elif isinstance(statement, (ast.Import, ast.ImportFrom)):
                for name, token in statements.imported(statement):
                    self.bindings.setdefault(name, []).append(token)
                    if token.startswith("+0:__future__:"):
                        self.future.add(name)
            elif names := statements.assigned(statement):
                for name in names:
                    self.variables.setdefault(name, []).append(statement)
                    self.order.append(name)
            elif not statements.is_text(statement):
                self.others.append(statement)

    def same(self, nodes: Sequence[ast.stmt], other: "_Body", others: Sequence[ast.stmt]) -> bool:
        """Whether the statements are the same: by their lines where those are, which costs much less, else by their syntax."""
        return len(nodes) == len(others) and all(
            one is two or self.source(one) == other.source(two) or _dump(one) == _dump(two)
            for one, two in zip(nodes, others, strict=True)
        )

    def source(self, node: ast.stmt) -> tuple[object, ...]:
        """The lines of a statement with its decorators, and where in the first and the last of them it stands."""
        decorators = getattr(node, "decorator_list", ())
        first = min((node.lineno, *(one.lineno for one in decorators)))
        return node.col_offset, node.end_col_offset, self.lines[first - 1 : node.end_lineno]

    @property
    def bound(self) -> frozenset[str]:
        return self.defined | self.bindings.keys()

    @property
    def defined(self) -> frozenset[str]:
        """What the body defines itself, other than by an import."""
        return frozenset({*self.functions, *self.classes, *self.variables})


def _dump(statement: ast.stmt) -> str:
    """A statement as text; of a compound one only its own expressions, since its blocks are listed by themselves."""
    if not isinstance(
        statement,
        (
            ast.If,
            ast.For,
            ast.AsyncFor,
            ast.While,
            ast.With,
            ast.AsyncWith,
            ast.Try,
            ast.TryStar,
            ast.Match,
        ),
    ):
        return ast.dump(statement)
    parts = [type(statement).__name__]
    parts += (ast.dump(one) for one in statements.own_expressions(statement))
    # Which statement stands in which block matters as well.
    for value in statement.__dict__.values():
        if isinstance(value, list):
            parts.append(",".join(_shape(one) for one in value))
    return " ".join(parts)


def _shape(node: object) -> str:
    if isinstance(node, (*_FUNCTION, ast.ClassDef)):
        return f"{type(node).__name__}:{node.name}"
    if isinstance(node, ast.ExceptHandler):
        return f"except {node.name} " + ",".join(_shape(one) for one in node.body)
    if isinstance(node, ast.match_case):
        return "case " + ",".join(_shape(one) for one in node.body)
    return type(node).__name__


def _compare(
    base: _Body,
    head: _Body,
    prefix: str,
    changed: set[str],
    names: _Names,
    *,
    plain: frozenset[str] | None = None,
) -> None:
    """Add what differs. ``plain``: on which bases it rests that nothing but Python makes the class out of its body; None where it does not."""
    own = prefix.removesuffix(".")
    if not base.same(base.others, head, head.others):
        changed.add(MODULE)
    if not base.same(base.programs, head, head.programs):
        changed.add("__main__")
    if not base.same(base.text, head, head.text):
        changed.add(f"{prefix}__doc__")
        if prefix:
            changed.add(own)
    both = set(base.order) & set(head.order)
    if [one for one in base.order if one in both] != [one for one in head.order if one in both]:
        changed.add(MODULE)
    if prefix and base.bindings != head.bindings:
        changed.add(MODULE)
    for name in base.functions.keys() | head.functions.keys():
        if base.same(base.functions.get(name, []), head, head.functions.get(name, [])):
            continue
        _functions(
            base.functions.get(name, []),
            head.functions.get(name, []),
            prefix + name,
            changed,
            names,
        )
    for name in base.variants.keys() | head.variants.keys():
        if not base.same(base.variants.get(name, []), head, head.variants.get(name, [])):
            changed.add(prefix + name)
    for name in base.classes.keys() | head.classes.keys():
        _classes(base, head, prefix, name, changed, names)
    for name in base.variables.keys() | head.variables.keys():
        before, after = base.variables.get(name, []), head.variables.get(name, [])
        if not base.same(before, head, after):
            changed.add(prefix + name)
            if name == "__all__" and not prefix:
                if not _is_found(before, after, head):
                    changed.add(MODULE)
                continue
            known = {text for one in before for text in _elements(getattr(one, "value", None))}
            if not all(
                _annotation_safe(one, names)
                and (
                    names.safe(getattr(one, "value", None))
                    or (known and known.issuperset(_elements(getattr(one, "value", None))))
                )
                for one in after
            ) or not all(names.harmless(getattr(one, "value", None)) for one in before):
                changed.add(MODULE)
            elif prefix:
                # The class may be built from its attributes: dataclasses, enumerations, metaclasses.
                changed.add(own)
                if name == "__slots__" and not _slots_fit(head, after):
                    changed.add(MODULE)
                elif not all(
                    isinstance(getattr(one, "value", None), (ast.Constant, ast.UnaryOp))
                    or name == "__slots__"
                    for one in (*before, *after)
                ):
                    if plain is None:
                        changed.add(MODULE)
                    else:
                        names.bases |= plain


def _is_found(before: Sequence[ast.stmt], after: Sequence[ast.stmt], head: _Body) -> bool:
    """Whether two ``__all__`` are plain lists of names, and all that the second lists is there for who imports it."""
    listed = _listed(after)
    return _listed(before) is not None and listed is not None and listed <= head.bound


def _listed(statements: Sequence[ast.stmt]) -> frozenset[str] | None:
    """The texts of the one list that is bound; None for anything else."""
    value = getattr(statements[0], "value", None) if len(statements) == 1 else None
    if not isinstance(value, (ast.Tuple, ast.List)):
        return None
    texts = [one.value if isinstance(one, ast.Constant) else None for one in value.elts]
    names = frozenset(one for one in texts if isinstance(one, str))
    return names if len(names) == len(texts) else None


def _slots_fit(body: _Body, statements: Iterable[ast.stmt]) -> bool:
    """Whether ``__slots__`` lists plain names that no attribute of the class has."""
    names: list[object] = []
    for statement in statements:
        value = getattr(statement, "value", None)
        if not isinstance(value, (ast.Tuple, ast.List)):
            return False
        names += (one.value if isinstance(one, ast.Constant) else None for one in value.elts)
    return all(isinstance(one, str) and one not in body.bound for one in names)


def _elements(value: ast.expr | None) -> Iterable[str]:
    """The elements of a list, set, tuple or dictionary as text; of anything else itself."""
    if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        return [type(value).__name__, *(ast.dump(one) for one in value.elts)]
    if isinstance(value, ast.Dict):
        return [
            "Dict",
            *(
                ast.dump(one) if key is None else f"{ast.dump(key)}: {ast.dump(one)}"
                for key, one in zip(value.keys, value.values, strict=True)
            ),
        ]
    return [] if value is None else [ast.dump(value)]


def _annotation_safe(statement: ast.stmt, names: _Names) -> bool:
    if not isinstance(statement, ast.AnnAssign) or names.lazy_annotations:
        return True
    return names.safe(statement.annotation)


def _functions(
    before: list[ast.FunctionDef | ast.AsyncFunctionDef],
    after: list[ast.FunctionDef | ast.AsyncFunctionDef],
    name: str,
    changed: set[str],
    names: _Names,
) -> None:
    changed.add(name)
    decorators = [[ast.dump(one) for one in node.decorator_list] for node in before]
    if (
        before
        and after
        and decorators != [[ast.dump(one) for one in node.decorator_list] for node in after]
    ):
        changed.add(MODULE)
        return
    if not before and not all(
        harmless.decorator(one, names.bindings) and names.known(one)
        for node in after
        for one in node.decorator_list
    ):
        changed.add(MODULE)
    base_parts = {ast.dump(part) for node in before for part in _evaluated(node, names)}
    if not all(
        names.safe(part)
        for node in after
        for part in _evaluated(node, names)
        if ast.dump(part) not in base_parts
    ):
        changed.add(MODULE)


def _evaluated(node: ast.FunctionDef | ast.AsyncFunctionDef, names: _Names) -> Iterable[ast.expr]:
    """The expressions of a signature that are evaluated where the function is defined."""
    return _signature(node, lazy=names.lazy_annotations)


def _signature(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, *, lazy: bool
) -> Iterable[ast.expr]:
    arguments = node.args
    yield from arguments.defaults
    yield from (one for one in arguments.kw_defaults if one is not None)
    if lazy or isinstance(node, ast.Lambda):
        return
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    yield from (one.annotation for one in every if one.annotation is not None)
    if node.returns is not None:
        yield node.returns


def _classes(
    base: _Body, head: _Body, prefix: str, own: str, changed: set[str], names: _Names
) -> None:
    before, after = base.classes.get(own, []), head.classes.get(own, [])
    if base.same(before, head, after):
        return
    name = prefix + own
    if len(before) != 1 or len(after) != 1:
        changed.add(name)
        # Only the definition of a class that nothing but Python itself makes is no more than a value.
        for node, body in (*((one, base) for one in before), *((one, head) for one in after)):
            plain = _made_upon(node, body, names, leaving=body is base)
            if plain is None or not _runs_nothing(node, names, leaving=body is base):
                changed.add(MODULE)
            else:
                names.bases |= plain
        for node in (*before, *after):
            changed.update(f"{name}.{one}" for one in _Body(node.body).bound)
        return
    one, other = before[0], after[0]
    if _header(one) != _header(other):
        changed.update((name, MODULE))
    plains = [_made_upon(one, base, names), _made_upon(other, head, names)]
    _compare(
        _Body(one.body, base.lines, imported=base.imported or base.bindings),
        _Body(other.body, head.lines, imported=head.imported or head.bindings),
        f"{name}.",
        changed,
        names,
        plain=(
            None
            if plains[0] is None or plains[1] is None or _hooks_in(other)
            else plains[0] | plains[1]
        ),
    )


# What a class can have that runs when another is derived from it, or when it is subscripted for that.
_HOOKS = frozenset({"__class_getitem__", "__init_subclass__"})


def _hooks_in(node: ast.ClassDef) -> bool:
    return not _HOOKS.isdisjoint(_Body(node.body).defined)


def _made_upon(
    node: ast.ClassDef,
    body: _Body,
    names: _Names,
    seen: frozenset[str] = frozenset(),
    *,
    leaving: bool = False,
) -> frozenset[str] | None:
    """The bases from elsewhere in the project on which it rests that a class is made by Python alone; None where it is not.

    Python alone makes it where there is no decorator and no keyword, and no base has a say in it. ``leaving``: a class that is left
    out, of which it is enough that making it did nothing else.
    """
    if node.decorator_list or node.keywords:
        return None
    found: set[str] = set()
    for base in node.bases:
        if isinstance(base, ast.Subscript):
            # Of a generic class: ``Generic[T]``.
            if not harmless.value(base.slice, body.imported or body.bindings):
                return None
            base = base.value
        token = harmless.dotted(base)
        if token is None or token in seen:
            return None
        root = token.partition(".")[0]
        if root == token and token in body.classes:
            first, *more = body.classes[token]
            upon = _made_upon(first, body, names, seen | {token}, leaving=leaving)
            if more or upon is None or _hooks_in(first):
                return None
            found |= upon
        elif imported := (body.imported or body.bindings).get(root):
            modules = {one[3:].partition(":")[0].partition(".")[0] for one in imported}
            last = next(iter(imported)).rpartition(":")[2] or token.rpartition(".")[2]
            if not all(one.startswith("+0:") for one in imported) or not (
                modules <= sys.stdlib_module_names
            ):
                found.add(token)
            elif not leaving and _MAKING & {*modules, last}:
                return None
        elif not (
            root == token
            and token not in body.defined
            and getattr(builtins, token, None) is not type
            and isinstance(getattr(builtins, token, None), type)
        ):
            return None
    return frozenset(found)


def _runs_nothing(node: ast.ClassDef, names: _Names, *, leaving: bool) -> bool:
    """Whether the body of a class only defines methods and values; ``leaving``: whether it only did."""
    makes = names.harmless if leaving else names.safe
    for statement, _ in statements.opened(node.body):
        if isinstance(statement, _FUNCTION):
            safe = all(
                harmless.decorator(one, names.bindings) and names.known(one)
                for one in statement.decorator_list
            ) and all(makes(part) for part in _evaluated(statement, names))
        elif statements.assigned(statement):
            safe = (leaving or _annotation_safe(statement, names)) and makes(
                getattr(statement, "value", None)
            )
        else:
            safe = statements.is_text(statement) or isinstance(statement, ast.Pass)
        if not safe:
            return False
    return True


def _header(node: ast.ClassDef) -> list[str]:
    return [
        ast.dump(one)
        for one in (
            *node.decorator_list,
            *node.bases,
            *(keyword.value for keyword in node.keywords),
        )
    ] + [str(keyword.arg) for keyword in node.keywords]
