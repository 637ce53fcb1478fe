"""Reads the facts of one Python file with ``ast``. Nothing is imported or run."""

import ast
import re
from collections.abc import Iterable, Iterator

from hunkgate.gates.tests import facts as facts_
from hunkgate.gates.tests import harmless, syntax
from hunkgate.gates.tests.facts import (
    ASKED,
    DOCTESTS,
    MAIN,
    MODULE,
    Definition,
    Facts,
    Outline,
    Trait,
)

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_NAMED = (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_CONTEXTS = (ast.Load, ast.Store, ast.Del)
_WORD = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
# What a string constant must look like to name a module, an attribute, a program or a file.
_NAMING = re.compile(r"[\w./:@+*~-]{2,120}")
_PACKAGE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\.")
_LETTER = re.compile(r"[^\W\d_]")
# Longer strings are data; no test in the repositories looked at names anything after this many characters.
_CODE_CHARACTERS = 20_000
_COMMAND_CHARACTERS = 300
_MEMBER_LOOKUPS = frozenset({"getattr", "hasattr"})
# Calls that look up, or put something in place of, the attribute that a string names.
_BY_STRING = frozenset(
    [
        "attrgetter",
        "create_autospec",
        "delattr",
        "getattr",
        "hasattr",
        "methodcaller",
        "multiple",
        "object",
        "patch",
        "setattr",
        "spy",
        "stub",
    ]
)
_REFLECTION = frozenset({"vars", "getmembers"})
_REFLECTED = frozenset({"__dict__", "__subclasses__", "getmembers", "__name__", "__qualname__"})
_IMPORTERS = frozenset({"import_module", "__import__", "run_module"})
# Who lists modules or files finds some to import that nothing names.
_DISCOVERERS = frozenset(
    {"walk_packages", "iter_modules", "listdir", "scandir", "iterdir", "glob", "rglob", "walk"}
)
# Methods that receive the name of an attribute that some code wrote down: that code mentions it.
_MODULE_NAMES = frozenset({"mod", "module"})
# What argparse's result is usually called; ``vars`` of it holds plain values.
_NAMESPACES = frozenset({"args", "arguments", "namespace", "ns", "options", "opts", "parsed"})
_ACCESSORS = frozenset({"getter", "setter", "deleter"})
_CLASS_ARGUMENTS = frozenset({"cls", "mcs", "mcls", "metacls", "klass"})
# Calls of which the outline of a file tells something.
_LOADING = _DISCOVERERS | _IMPORTERS | {"split"}
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
_DELEGATES = frozenset({"__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__dir__"})


def read(content: bytes) -> Facts:
    """The facts of a Python file. Content that does not parse gives facts that mention every word in it."""
    try:
        return _Reading(syntax.parse(content), content).facts()
    except syntax.UNREADABLE:
        return _unreadable(content)


def outline(content: bytes) -> Outline:
    """What of the facts says which other files this one can load or names, in a third of the time that all of them take."""
    try:
        return facts_.outline(_outlined(syntax.parse(content), doctests=b">>>" in content))
    except syntax.UNREADABLE:
        return facts_.outline(_unreadable(content).module.tokens)


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
                _string(text, tokens)
            continue
        if kind is ast.Import or kind is ast.ImportFrom:
            tokens.update(token for _, token in imported(node))  # type: ignore[arg-type]
            continue
        if kind is ast.Call:
            called = node.func  # type: ignore[attr-defined]
            while called.__class__ is ast.Call:
                called = called.func
            name = getattr(called, "attr", "") or getattr(called, "id", "")
            if name in _LOADING:
                _dynamic(node, tokens, "")  # type: ignore[arg-type]
        elif kind is ast.JoinedStr or kind is ast.BinOp:
            _parts(node, tokens)  # type: ignore[arg-type]
        elif kind is ast.Expr and is_text(node):  # type: ignore[arg-type]
            if doctests:
                tokens.update(f"'{word}" for word in _examples(node.value.value))  # type: ignore[attr-defined]
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


def _unreadable(content: bytes) -> Facts:
    text = content.decode("utf-8", "replace")
    tokens = {f"'{word}" for word in _WORD.findall(text)}
    for line in text.splitlines():
        if match := re.match(r"\s*(?:from\s+(\.*)([\w.]*)\s+import|import\s+([\w.]+))", line):
            tokens.add(f"+{len(match[1] or '')}:{match[2] or match[3] or ''}:*")
    return Facts(False, (Definition(MODULE, Trait.NONE, tuple(sorted(tokens)), ()),), {}, ())


def is_type_checking(test: ast.expr) -> bool:
    """Whether the condition is ``TYPE_CHECKING``, which is False whenever code runs."""
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def is_main(test: ast.expr) -> bool:
    """Whether the condition is ``__name__ == "__main__"``."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq)
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == "__main__"
    )


def is_text(statement: ast.stmt) -> bool:
    """Whether the statement is a bare string: a docstring, or a comment in disguise."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def assigned(statement: ast.stmt) -> tuple[str, ...]:
    """The plain names that an assignment binds; empty for every other statement and target."""
    if isinstance(statement, ast.Assign):
        targets: list[ast.expr] = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    else:
        return ()
    names = []
    for target in targets:
        elements = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        for element in elements:
            if not isinstance(element, ast.Name):
                return ()
            names.append(element.id)
    return tuple(names)


def imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The name that each part of an import binds ('*' for a star) and its token."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname:
                yield alias.asname, f"+0:{alias.name}:"
            else:
                yield alias.name.partition(".")[0], f"+0:{alias.name}:"
        return
    for alias in statement.names:
        yield (
            alias.asname or alias.name,
            f"+{statement.level}:{statement.module or ''}:{alias.name}",
        )


def statements(body: Iterable[ast.stmt]) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement that runs with this body, compound ones opened; the flag says that it runs only as the program.

    Of a compound statement itself only its own expressions are meant. What stands below ``if TYPE_CHECKING`` does not run.
    """
    for statement in body:
        if isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from statements(statement.orelse)
        elif isinstance(statement, ast.If) and is_main(statement.test):
            for inner, _ in statements(statement.body):
                yield inner, True
            yield from statements(statement.orelse)
        else:
            yield statement, False
            if not isinstance(statement, (*_FUNCTION, ast.ClassDef)):
                for block in _blocks(statement):
                    yield from statements(block)


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that the statements of a body bind, as far as they become members."""
    for statement, _ in statements(body):
        if isinstance(statement, (*_FUNCTION, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from (name for name, _ in imported(statement))
        else:
            yield from assigned(statement)
            for node in own_expressions(statement):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                        yield inner.id


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def own_expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """The parts of a statement that are not statements: all of a simple one."""
    for value in statement.__dict__.values():
        if isinstance(value, list):
            for item in value:
                if isinstance(item, ast.ExceptHandler):
                    if item.type is not None:
                        yield item.type
                elif isinstance(item, ast.match_case):
                    yield item.pattern
                    if item.guard is not None:
                        yield item.guard
                elif isinstance(item, ast.AST) and not isinstance(item, ast.stmt):
                    yield item
        elif isinstance(value, ast.AST) and not isinstance(value, (ast.stmt, *_CONTEXTS)):
            yield value


class _Reading:
    """One file being read."""

    def __init__(self, tree: ast.Module, content: bytes) -> None:
        self._tree = tree
        self._doctests = b">>>" in content
        self._bindings: dict[str, list[str]] = {}
        self._module: set[str] = set()
        self._main: set[str] = set()
        self._examples: set[str] = set()
        self._plugins: list[str] = []
        self._delegate = False
        # Whether the first argument of the method that is being read is an object of the method's own class.
        self._bound = False
        # What the class whose body is being read binds: seen from the body itself, not from its methods.
        self._body: frozenset[str] = frozenset()
        # Globals that hold what a call returned: their ``__dict__`` is that of an object, not of a class or module.
        self._instances: set[str] = set()
        self._found: dict[str, tuple[Trait, set[str], list[str]]] = {}

    def facts(self) -> Facts:
        ran = list(statements(self._tree.body))
        for statement, _ in ran:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                for name, token in imported(statement):
                    self._bindings.setdefault(name, []).append(token)
            elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
                self._instances.update(assigned(statement))
        self._docstring(self._tree.body)
        for statement, program in ran:
            self._statement(statement, "", self._main if program else self._module)
        every = [self._module, self._main, *(tokens for _, tokens, _ in self._found.values())]
        if any("!imports" in tokens for tokens in every):
            for tokens in every:
                if "!files" in tokens:
                    tokens.add("@")
        for tokens in every:
            tokens -= {"!imports", "!files"}
        if any("!dynamic" in tokens for tokens in every):
            # The names that ``dir`` gives may be looked up by another function of the file.
            for tokens in every:
                if "!names" in tokens:
                    tokens.update(("!members", "!globals"))
        definitions = [Definition(MODULE, Trait.NONE, tuple(sorted(self._module)), ())]
        for name, tokens in ((MAIN, self._main), (DOCTESTS, self._examples)):
            if tokens:
                definitions.append(Definition(name, Trait.NONE, tuple(sorted(tokens)), ()))
        definitions += (
            Definition(name, int(trait), tuple(sorted(tokens)), tuple(extra))
            for name, (trait, tokens, extra) in self._found.items()
        )
        return Facts(
            True,
            tuple(definitions),
            {name: tuple(tokens) for name, tokens in self._bindings.items()},
            tuple(self._plugins),
        )

    def _define(
        self, name: str, trait: Trait, tokens: Iterable[str] = (), extra: Iterable[str] = ()
    ) -> None:
        before = self._found.get(name)
        if before is None:
            self._found[name] = (trait, set(tokens), list(extra))
        else:
            before[1].update(tokens)
            before[2].extend(extra)
            merged = before[0] | trait
            if not before[0] & trait & Trait.WRAPS:
                # One of several definitions of the name (an overload) says nothing of the others.
                merged &= ~Trait.WRAPS
            self._found[name] = (merged, before[1], before[2])

    def _docstring(self, body: list[ast.stmt]) -> None:
        if self._doctests and body and is_text(body[0]):
            text = body[0].value.value  # type: ignore[attr-defined]  # is_text looked
            for word in _examples(text):
                root, *rest = word.split(".")
                self._examples.update((root, f"'{word}", *(f".{part}" for part in rest)))

    def _statement(self, statement: ast.stmt, prefix: str, runs: set[str]) -> None:
        """One statement of the module (prefix '') or of a class body; ``runs`` takes what it mentions when it runs."""
        if isinstance(statement, _FUNCTION):
            self._function(statement, prefix, runs)
        elif isinstance(statement, ast.ClassDef):
            self._class(statement, prefix, runs)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            for name, token in imported(statement):
                runs.add(token)
                if prefix:
                    self._define(prefix + name, Trait.VARIABLE, [token])
        elif names := assigned(statement):
            value = statement.value  # type: ignore[attr-defined]  # assigned looked
            tokens: set[str] = set()
            if value is not None and names != ("__all__",):
                kept, ran = harmless.parts(value, self._bindings)
                self._scan(kept, tokens)
                self._scan(ran, runs)
            if isinstance(statement, ast.AnnAssign):
                # Read by what builds the class (a dataclass), not run.
                self._scan([statement.annotation], tokens)
            if not prefix and "pytest_plugins" in names and value is not None:
                self._plugins += (
                    node.value
                    for node in ast.walk(value)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                )
            for name in names:
                self._define(prefix + name, Trait.VARIABLE, tokens)
        elif not is_text(statement):
            self._scan(list(own_expressions(statement)), runs)
            # A name bound in any other way (for, with, except, match, :=) is a global like another.
            for node in own_expressions(statement):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                        self._define(prefix + inner.id, Trait.VARIABLE)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, prefix: str, runs: set[str]
    ) -> None:
        tokens: set[str] = set()
        trait = Trait.FUNCTION
        extra: list[str] = []
        for decorator in node.decorator_list:
            name = harmless.last_name(decorator)
            # ``@size.setter`` makes a property out of another; it runs neither.
            if not (name in _ACCESSORS and isinstance(decorator, ast.Attribute)):
                self._scan([decorator], runs)
            if "fixture" in name:
                trait |= Trait.FIXTURE
                extra.append(_fixture_name(decorator) or node.name)
                if _autouse(decorator):
                    trait |= Trait.AUTOUSE
            elif name in ("setter", "deleter") or not harmless.decorator(decorator, self._bindings):
                # A setter runs by ``setattr`` with a name made at run time.
                trait |= Trait.REGISTERED
                if not harmless.wraps(decorator, self._bindings):
                    extra.append(f"@{_root(decorator)}")
        if node.name.startswith("pytest_"):
            trait |= Trait.HOOK
        arguments = node.args
        for default in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
            self._scan([default], tokens if harmless.value(default, self._bindings) else runs)
        self._delegate = node.name in _DELEGATES
        self._bound = bool(prefix) and all(
            harmless.last_name(one) != "staticmethod" and harmless.decorator(one, self._bindings)
            for one in node.decorator_list
        )
        self._scope(node, tokens, frozenset(), own=bool(prefix))
        self._delegate = self._bound = False
        if "!dynamic" in tokens and arguments.kwarg is not None:
            # The name may be that of a keyword at the call.
            tokens.add("!members")
        tokens.update(
            f"({one.arg}"
            for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        )
        self._docstring(node.body)
        if not prefix or node.name == "__init_subclass__" or _without_instance(node):
            given = _given_to(node)
            if given is not None:
                trait |= Trait.WRAPS
                extra += sorted(f"?{one}" for one in given)
        self._define(prefix + node.name, trait, tokens, extra)
        if prefix + node.name == "__getattr__":
            asked: set[str] = set()
            self._scan(_asked(node), asked, frozenset(one.arg for one in arguments.args), set())
            self._define(ASKED, Trait.NONE, asked)

    def _class(self, node: ast.ClassDef, prefix: str, runs: set[str]) -> None:
        trait = Trait.CLASS
        bases: set[str] = set()
        stored: list[str] = []
        arguments: set[str] = set()
        for decorator in node.decorator_list:
            self._scan([decorator], runs)
            if not harmless.class_decorator(decorator, self._bindings):
                trait |= Trait.REGISTERED
                stored.append(f"@{_root(decorator)}")
        for base in node.bases:
            while isinstance(base, ast.Subscript):
                # What stands in the brackets of a generic base is no base.
                self._scan([base.slice], arguments)
                base = base.value
            self._scan([base], bases)
            root: ast.expr = base
            while isinstance(root, ast.Attribute):
                root = root.value
            if not isinstance(root, ast.Name):
                self._scan([base], runs)
        for keyword in node.keywords:
            self._scan([keyword.value], runs)
            if keyword.arg == "metaclass":
                trait |= Trait.METACLASS
                stored.append(f"={ast.unparse(keyword.value)}")
        self._docstring(node.body)
        name = prefix + node.name
        if node.decorator_list or node.keywords:
            trait |= Trait.BUILT
        self._define(name, trait, bases | arguments, [*sorted(bases), *stored])
        body, self._body = self._body, frozenset(_bound(node.body))
        for statement, _ in statements(node.body):
            self._statement(statement, f"{name}.", runs)
        self._body = body

    def _scope(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        tokens: set[str],
        outer: frozenset[str],
        *,
        own: bool = False,
        first: str = "",
    ) -> None:
        arguments = node.args
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        stores = {one.arg for one in every}
        stores.update(one.arg for one in (arguments.vararg, arguments.kwarg) if one is not None)
        if own and every:
            first = every[0].arg
        elif first in stores:
            first = ""
        annotations = [one.annotation for one in every if one.annotation is not None]
        if isinstance(node, ast.Lambda):
            body: list[ast.AST] = [node.body]
        else:
            body = list(node.body)
            if node.returns is not None:
                annotations.append(node.returns)
        self._scan([*annotations], tokens)
        members, self._body = self._body, frozenset()
        self._scan(body, tokens, outer, stores, first)
        self._body = members

    def _scan(
        self,
        nodes: Iterable[ast.AST],
        tokens: set[str],
        outer: frozenset[str] = frozenset(),
        stores: set[str] | None = None,
        first: str = "",
    ) -> None:
        """Add what this code mentions. ``stores`` is None at module or class level, where every name is a global."""
        local = stores is not None
        stores = stores if stores is not None else set()
        loads: list[tuple[str, tuple[str, ...]]] = []
        asked: list[tuple[str, tuple[str, ...]]] = []
        inner: list[ast.AST] = []
        declared: set[str] = set()
        reflected: set[str] = set()
        dynamic = own = rebound = False
        # How often a local is bound, and how often of these to a value of a type that Python brings.
        binds: dict[str, int] = {}
        plain: dict[str, int] = {}
        otherwise = set(stores)
        stack = list(nodes)
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind is ast.Assign and local:
                names = assigned(node)  # type: ignore[arg-type]
                if len(names) == 1 and _is_builtin(node.value):  # type: ignore[attr-defined]
                    plain[names[0]] = plain.get(names[0], 0) + 1
            elif kind is ast.AnnAssign and local:
                names = assigned(node)  # type: ignore[arg-type]
                if names and _is_builtin(node.value):  # type: ignore[attr-defined]
                    plain[names[0]] = plain.get(names[0], 0) + 1
            if kind is ast.Name:
                if node.ctx.__class__ is not ast.Load:  # type: ignore[attr-defined]
                    binds[node.id] = binds.get(node.id, 0) + 1  # type: ignore[attr-defined]
                if node.ctx.__class__ is ast.Load:  # type: ignore[attr-defined]
                    loads.append((node.id, ()))  # type: ignore[attr-defined]
                else:
                    stores.add(node.id)  # type: ignore[attr-defined]
                    rebound = rebound or node.id == first  # type: ignore[attr-defined]
                continue
            if kind is ast.Constant:
                if node.value.__class__ is str:  # type: ignore[attr-defined]
                    _string(node.value, tokens)  # type: ignore[attr-defined]
                continue
            if kind is ast.Attribute:
                attributes = []
                below: ast.AST = node
                while below.__class__ is ast.Attribute:
                    attributes.append(below.attr)
                    below = below.value
                seen = _REFLECTED.intersection(attributes)
                if seen and not (
                    attributes[-1] == "__dict__"
                    and (
                        (isinstance(below, ast.Call) and harmless.last_name(below.func) != "type")
                        or (
                            isinstance(below, ast.Name)
                            and (
                                below.id in self._instances
                                or (below.id == first and first not in _CLASS_ARGUMENTS)
                            )
                        )
                    )
                ):
                    if isinstance(below, ast.Name) and below.id in _MODULE_NAMES:
                        tokens.add("!globals")
                    else:
                        reflected.update(seen)
                if "__all__" in attributes:
                    tokens.add("!globals")
                # Bases that are merely looked at join nothing; what makes a class out of them is noted by itself.
                if attributes[0] in ("__bases__", "__class__") and (
                    node.ctx.__class__ is ast.Store  # type: ignore[attr-defined]
                ):
                    tokens.add("&")
                if below.__class__ is ast.Name:
                    loads.append((below.id, tuple(reversed(attributes))))
                else:
                    tokens.update(f".{name}" for name in attributes[:-1])
                    above = self._bound and first and _is_super(below)
                    if not _is_builtin(below):
                        tokens.add(f"{'~' if above else '.'}{attributes[-1]}")
                    stack.append(below)
                continue
            if kind is ast.ExceptHandler:
                asked += _asked_about(node.type, stack)  # type: ignore[attr-defined]
                if node.name:  # type: ignore[attr-defined]
                    stores.add(node.name)  # type: ignore[attr-defined]
                    otherwise.add(node.name)  # type: ignore[attr-defined]
                stack.extend(node.body)  # type: ignore[attr-defined]
                continue
            if kind is ast.AnnAssign and local:
                # Annotations of locals are never evaluated (PEP 526).
                stack.append(node.target)  # type: ignore[attr-defined]
                if node.value is not None:  # type: ignore[attr-defined]
                    stack.append(node.value)  # type: ignore[attr-defined]
                continue
            if kind is ast.Call and _is_question(node):  # type: ignore[arg-type]
                asked += _asked_about(node.args[1], stack)  # type: ignore[attr-defined]
                loads.append((node.func.id, ()))  # type: ignore[attr-defined]
                stack.append(node.args[0])  # type: ignore[attr-defined]
                continue
            if kind is ast.Call:
                self._made_class(node, tokens)  # type: ignore[arg-type]
                if _dynamic(node, tokens, first):  # type: ignore[arg-type]
                    if self._bound and first and _of_first(node, first):  # type: ignore[arg-type]
                        own = True
                    else:
                        dynamic = True
            elif kind is ast.JoinedStr or kind is ast.BinOp:
                _parts(node, tokens)  # type: ignore[arg-type]
            elif kind in _COMPREHENSIONS or kind is ast.Lambda:
                inner.append(node)
                if kind is ast.Lambda:
                    stack.extend(node.args.defaults)  # type: ignore[attr-defined]
                    stack.extend(filter(None, node.args.kw_defaults))  # type: ignore[attr-defined]
                continue
            elif isinstance(node, ast.Expr) and is_text(node):
                continue
            elif kind in _FUNCTION:
                stores.add(node.name)  # type: ignore[attr-defined]
                otherwise.add(node.name)  # type: ignore[attr-defined]
                inner.append(node)
                stack.extend(node.decorator_list)  # type: ignore[attr-defined]
                stack.extend(node.args.defaults)  # type: ignore[attr-defined]
                stack.extend(filter(None, node.args.kw_defaults))  # type: ignore[attr-defined]
                continue
            elif kind is ast.ClassDef:
                stores.add(node.name)  # type: ignore[attr-defined]
                otherwise.add(node.name)  # type: ignore[attr-defined]
                inner.append(node)
                stack.extend(node.decorator_list)  # type: ignore[attr-defined]
                stack.extend(node.bases)  # type: ignore[attr-defined]
                stack.extend(one.value for one in node.keywords)  # type: ignore[attr-defined]
                continue
            elif kind is ast.Import or kind is ast.ImportFrom:
                for name, token in imported(node):  # type: ignore[arg-type]
                    stores.add(name)
                    otherwise.add(name)
                    tokens.add(token)
                continue
            elif kind is ast.Global or kind is ast.Nonlocal:
                declared.update(node.names)  # type: ignore[attr-defined]
                continue
            elif kind is ast.If and is_type_checking(node.test):  # type: ignore[attr-defined]
                stack.extend(node.orelse)  # type: ignore[attr-defined]
                continue
            elif kind in _NAMED and node.name:  # type: ignore[attr-defined]
                stores.add(node.name)  # type: ignore[attr-defined]
                otherwise.add(node.name)  # type: ignore[attr-defined]
            for value in node.__dict__.values():
                if value.__class__ is list:
                    stack.extend(item for item in value if isinstance(item, ast.AST))
                elif isinstance(value, ast.AST):
                    stack.append(value)
        if own and rebound:
            dynamic = True
        elif own and not (self._delegate and local):
            tokens.add("~*")
        if dynamic and not (self._delegate and local):
            tokens.add("!members" if reflected else "!dynamic")
        if reflected - {"__name__", "__qualname__", "__dict__"}:
            tokens.update(("!members", "!globals"))
        elif "__dict__" in reflected:
            tokens.add("!members")
        if plain:
            otherwise |= outer | declared
            for node in inner:
                for within in ast.walk(node):
                    if isinstance(within, ast.Nonlocal):
                        otherwise.update(within.names)
        hidden = (outer | stores) - declared if local else outer
        tokens.update(stores & declared)
        for name, path in asked:
            if name in hidden or name in self._body or (path and name not in self._bindings):
                loads.append((name, path))
            else:
                tokens.add("%" + ".".join((name, *path)))
        for name, path in loads:
            if name in hidden:
                if plain and plain.get(name) == binds.get(name, 0) and name not in otherwise:
                    continue
                mark = "~" if name == first and self._bound and not rebound else "."
                tokens.update(f"{mark}{part}" for part in path[:1])
                tokens.update(f".{part}" for part in path[1:])
            elif path and name in self._bindings:
                tokens.add(".".join((name, *path)))
            else:
                tokens.add(name)
                if name in self._body:
                    tokens.add(f"~{name}")
                tokens.update(f".{part}" for part in path)
                if name == "globals" and not self._delegate:
                    tokens.add("!own")
                elif name in ("eval", "exec"):
                    tokens.update(("!own", "!dynamic"))
        frozen = frozenset(hidden)
        for node in inner:
            if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)):
                self._scope(node, tokens, frozen, first=first)
            elif isinstance(node, ast.ClassDef):
                # Names of a class body are not seen from its methods: its own stores hide nothing.
                bound, self._bound = self._bound, False
                self._local_class(node, tokens)
                for statement in node.body:
                    if isinstance(statement, _FUNCTION):
                        self._scan(statement.decorator_list, tokens, frozen)
                        self._scope(statement, tokens, frozen, own=True)
                        self._scan(
                            [
                                *statement.args.defaults,
                                *filter(None, statement.args.kw_defaults),
                            ],
                            tokens,
                            frozen,
                        )
                    elif not is_text(statement):
                        self._scan([statement], tokens, frozen)
                self._bound = bound
            else:
                self._scan(list(_children(node)), tokens, frozen, set(), first)

    def _local_class(self, node: ast.ClassDef, tokens: set[str]) -> None:
        """Note a class inside a function that joins classes, or that hands attributes on: ``&`` and each base."""
        delegates = any(
            (
                one.name in _DELEGATES
                if isinstance(one, _FUNCTION)
                else _DELEGATES.intersection(assigned(one))
            )
            for one in node.body
        )
        if len(node.bases) + len(node.keywords) > 1 or (node.bases and delegates):
            _join(node.bases, tokens)

    def _made_class(self, node: ast.Call, tokens: set[str]) -> None:
        """Note a class that a call makes: ``type(name, bases, members)``."""
        name = harmless.last_name(node.func)
        if name in ("new_class", "make_dataclass"):
            tokens.add("&")
        elif (
            name == "type"
            and len(node.args) == 3
            and (isinstance(node.func, ast.Name) or _root(node.func) == "builtins")
        ):
            bases = node.args[1]
            _join(bases.elts if isinstance(bases, ast.Tuple) else [bases], tokens)


def _join(bases: Iterable[ast.expr], tokens: set[str]) -> None:
    for base in bases:
        while isinstance(base, ast.Subscript):
            base = base.value
        root: ast.expr = base
        while isinstance(root, ast.Attribute):
            root = root.value
        tokens.add(f"&{ast.unparse(base)}" if isinstance(root, ast.Name) else "&")


def _is_question(call: ast.Call) -> bool:
    """Whether the call only asks for the class of a value."""
    return (
        isinstance(call.func, ast.Name)
        and call.func.id in ("isinstance", "issubclass")
        and len(call.args) == 2
        and not call.keywords
    )


def _asked_about(
    expression: ast.expr | None, others: list[ast.AST]
) -> list[tuple[str, tuple[str, ...]]]:
    """The classes that are named in a question for a class, as name and attributes; what is no such name goes to ``others``."""
    found = []
    for one in expression.elts if isinstance(expression, ast.Tuple) else [expression]:
        path: list[str] = []
        root = one
        while isinstance(root, ast.Attribute):
            path.insert(0, root.attr)
            root = root.value
        if isinstance(root, ast.Name):
            found.append((root.id, tuple(path)))
        elif one is not None:
            others.append(one)
    return found


# Expressions that make a value of a type that Python brings.
_DISPLAYS = (
    ast.Dict,
    ast.DictComp,
    ast.GeneratorExp,
    ast.JoinedStr,
    ast.List,
    ast.ListComp,
    ast.Set,
    ast.SetComp,
    ast.Tuple,
)


def _is_builtin(expression: ast.AST | None) -> bool:
    """Whether the value is of a type that Python brings: no attribute of it is the project's."""
    if isinstance(expression, ast.Constant):
        return expression.value is not None
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        # A method of a text makes texts, numbers or lists of texts.
        return _is_text_value(expression.func.value)
    return isinstance(expression, _DISPLAYS)


def _is_text_value(expression: ast.AST) -> bool:
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        return expression.func.attr not in ("split", "rsplit", "splitlines") and _is_text_value(
            expression.func.value
        )
    return isinstance(expression, ast.JoinedStr) or (
        isinstance(expression, ast.Constant) and isinstance(expression.value, (str, bytes))
    )


def _is_super(expression: ast.AST) -> bool:
    return (
        isinstance(expression, ast.Call)
        and isinstance(expression.func, ast.Name)
        and expression.func.id == "super"
        and not expression.args
    )


def _of_first(call: ast.Call, first: str) -> bool:
    """Whether the call looks at a member of the method's own first argument."""
    return (
        harmless.last_name(call.func) in _MEMBER_LOOKUPS
        and isinstance(call.args[0], ast.Name)
        and call.args[0].id == first
    )


# Methods by which one object is stored in another.
_STORES = frozenset(
    [
        "add",
        "append",
        "appendleft",
        "connect",
        "extend",
        "insert",
        "put",
        "register",
        "setdefault",
        "subscribe",
        "update",
    ]
)


_KEEPERS_OF_NOTHING = frozenset(
    [
        "__init_subclass__",
        "bool",
        "callable",
        "cast",
        "dict",
        "getattr",
        "getsource",
        "hasattr",
        "id",
        "int",
        "isfunction",
        "isinstance",
        "iscoroutinefunction",
        "isgeneratorfunction",
        "issubclass",
        "len",
        "list",
        "partial",
        "repr",
        "set",
        "setattr",
        "signature",
        "staticmethod",
        "str",
        "super",
        "tuple",
        "type",
        "update_wrapper",
        "vars",
        "wraps",
    ]
)


def _asked(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.AST]:
    """What a module's ``__getattr__`` runs for ``__path__`` and its like: all but what it does for the names that it knows."""
    first = function.args.args[0].arg if function.args.args else ""
    found: list[ast.AST] = []
    for statement in function.body:
        known = _knows(statement.test, first) if isinstance(statement, ast.If) else None
        if known is None:
            found.append(statement)
        elif known:
            assert isinstance(statement, ast.If)
            found += statement.orelse
        else:
            assert isinstance(statement, ast.If)
            found += statement.body
            if isinstance(statement.body[-1], (ast.Raise, ast.Return)):
                break
    return found


def _knows(test: ast.expr, name: str) -> bool | None:
    """Whether the condition holds for names that are listed only (True), for others only (False); None where that is not known."""
    if not (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.left, ast.Name)
        and test.left.id == name
    ):
        return None
    operator, other = test.ops[0], test.comparators[0]
    if isinstance(operator, (ast.In, ast.NotIn)):
        return isinstance(operator, ast.In)
    if isinstance(operator, (ast.Eq, ast.NotEq)) and isinstance(other, ast.Constant):
        return isinstance(operator, ast.Eq)
    return None


def _without_instance(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        harmless.last_name(one) in ("staticmethod", "classmethod") for one in node.decorator_list
    )


def _given_to(node: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str] | None:
    """To which of the project's functions this one hands on what it is given; None where it keeps something.

    A decorator that keeps nothing leaves its function to be reached by its name alone.
    """
    local: set[str] = set()
    nodes = list(ast.walk(node))
    for inner in nodes:
        if isinstance(inner, ast.Name):
            if not isinstance(inner.ctx, ast.Load):
                local.add(inner.id)
        elif isinstance(inner, ast.arg):
            local.add(inner.arg)
        elif isinstance(inner, _FUNCTION):
            local.add(inner.name)
        elif isinstance(inner, (ast.Global, ast.ClassDef, ast.Yield, ast.YieldFrom)):
            return None
    fresh = _fresh(nodes)
    found: set[str] = set()
    for inner in nodes:
        if isinstance(inner, ast.Subscript) and isinstance(inner.ctx, ast.Store):
            # An item of what somebody else may have: a registry that all classes share.
            if not (isinstance(inner.value, ast.Name) and inner.value.id in fresh):
                return None
        elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
            if _root(inner) not in local:
                return None
        elif isinstance(inner, ast.Call):
            called = inner.func
            if (
                isinstance(called, ast.Attribute)
                and called.attr in _STORES
                and not (isinstance(called.value, ast.Name) and called.value.id in fresh)
            ):
                return None
            given = any(
                isinstance(one, ast.Name) and one.id in local
                for one in (*inner.args, *(word.value for word in inner.keywords))
            )
            root = _root(called)
            if (
                given
                and root not in local
                and harmless.last_name(called) not in _KEEPERS_OF_NOTHING
            ):
                if not root:
                    return None
                found.add(ast.unparse(called))
    return frozenset(found)


def _fresh(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that are bound once among these nodes, to a new list, set or dictionary."""
    bound: dict[str, int] = {}
    new: set[str] = set()
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(
            node.value, (ast.List, ast.Set, ast.Dict)
        ):
            new.update(assigned(node))
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound[node.id] = bound.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            bound[node.arg] = 2
    return frozenset(name for name in new if bound.get(name) == 1)


def _root(expression: ast.expr) -> str:
    """The name that a chain of attributes, items and calls begins with; '' where it begins with something else."""
    while isinstance(expression, (ast.Attribute, ast.Subscript, ast.Call)):
        expression = expression.func if isinstance(expression, ast.Call) else expression.value
    return expression.id if isinstance(expression, ast.Name) else ""


def _examples(text: str) -> Iterator[str]:
    """The words of a docstring's examples, dotted ones in one piece."""
    for line in text.splitlines():
        stripped = line.lstrip()
        if stripped.startswith((">>>", "...")):
            yield from _WORD.findall(stripped)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for value in node.__dict__.values():
        if value.__class__ is list:
            yield from (item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST):
            yield value


def _string(text: str, tokens: set[str]) -> None:
    if _NAMING.fullmatch(text):
        if _LETTER.search(text):
            tokens.add(f"'{text}")
    elif len(text) <= _CODE_CHARACTERS:
        mark = "'" if "import " in text else '"'
        tokens.update(f"{mark}{word}" for word in _WORD.findall(text) if len(word) > 1)
        if mark == '"' and len(text) <= _COMMAND_CHARACTERS:
            # A command line, or a path with blanks: its words that look like a path, a file or a dotted name.
            for word in text.split():
                if ("." in word or "/" in word) and _NAMING.fullmatch(word.strip(".,;:()'\"")):
                    tokens.add("'" + word.strip(".,;:()'\""))


def _parts(node: ast.JoinedStr | ast.BinOp, tokens: set[str]) -> None:
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


def _dynamic(call: ast.Call, tokens: set[str], first: str) -> bool:
    """Note what the call looks up by a name made at run time; whether nothing is known of the name of a member."""
    name = harmless.last_name(call.func)
    if name in _BY_STRING:
        for argument in call.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                tokens.update(f".{part}" for part in argument.value.split(".") if part)
    if name in _MEMBER_LOOKUPS and len(call.args) > 1:
        return _made(call.args[1], tokens, "^")
    if name in ("attrgetter", "methodcaller") and call.args:
        return _made(call.args[0], tokens, "^")
    if name == "dir":
        tokens.add("!names")
    elif name in _REFLECTION:
        if not (
            call.args
            and isinstance(call.args[0], ast.Name)
            and (call.args[0].id == first or call.args[0].id in _NAMESPACES)
        ):
            tokens.update(("!members", "!globals"))
    elif name in ("walk_packages", "iter_modules"):
        tokens.add("@")
    elif name in _DISCOVERERS:
        tokens.add("!files")
    elif name in _IMPORTERS:
        tokens.add("!imports")
        if call.args and _made(call.args[0], tokens, "@"):
            argument = call.args[0]
            if isinstance(argument, (ast.JoinedStr, ast.BinOp)):
                own = any(
                    isinstance(one, ast.Name) and one.id in ("__name__", "__package__")
                    for one in ast.walk(argument)
                )
                tokens.add("@." if own else "@")
    elif (
        name == "split"
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Constant)
        and isinstance(call.func.value.value, str)
    ):
        tokens.update(f"'{word}" for word in call.func.value.value.split()[:200])
    return False


def _made(argument: ast.expr, tokens: set[str], mark: str) -> bool:
    """Note what a computed name is known to begin with; whether nothing is. A constant is noted as every string is."""
    if isinstance(argument, ast.Constant):
        return False
    begin: ast.expr | None = None
    if isinstance(argument, ast.JoinedStr) and argument.values:
        begin = argument.values[0]
    elif isinstance(argument, ast.BinOp) and isinstance(argument.op, (ast.Add, ast.Mod)):
        begin = argument.left
    if isinstance(begin, ast.Constant) and isinstance(begin.value, str):
        known = begin.value.partition("%")[0]
        if len(known) > (mark == "^"):
            tokens.add(mark + known)
            return False
    return True


def _fixture_name(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Call):
        for keyword in decorator.keywords:
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return ""


def _autouse(decorator: ast.expr) -> bool:
    if not isinstance(decorator, ast.Call):
        return False
    for keyword in decorator.keywords:
        if keyword.arg is None:
            return True
        if keyword.arg == "autouse":
            return not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
    return False
