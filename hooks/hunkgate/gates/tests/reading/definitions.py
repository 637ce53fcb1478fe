"""The definitions of a Python file and what each of them mentions: its facts."""

import ast
from collections.abc import Iterable

from hunkgate.gates.tests import harmless, syntax
from hunkgate.gates.tests.facts import (
    ASKED,
    DOCTESTS,
    MAIN,
    MODULE,
    Definition,
    Facts,
    Trait,
)
from hunkgate.gates.tests.reading import fixtures, keeping, making, on_demand, strings, unreadable
from hunkgate.gates.tests.reading.joined import DELEGATES
from hunkgate.gates.tests.reading.scopes import Place, Scopes
from hunkgate.gates.tests.reading.statements import (
    FUNCTIONS,
    assigned,
    bound,
    imported,
    is_text,
    opened,
    own_expressions,
)
from hunkgate.gates.tests.reading.values import is_chain, root_of

_ACCESSORS = frozenset({"getter", "setter", "deleter"})


def read(content: bytes) -> Facts:
    """The facts of a Python file. Content that does not parse gives facts that mention every word in it."""
    try:
        return _Reading(syntax.parse(content), content).facts()
    except syntax.UNREADABLE:
        return unreadable.facts(content)


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
        self._instances: set[str] = set()
        self._scopes = Scopes(bindings=self._bindings, instances=self._instances)
        # What the class whose body is being read binds.
        self._body: frozenset[str] = frozenset()
        self._found: dict[str, tuple[Trait, set[str], list[str]]] = {}

    def facts(self) -> Facts:
        ran = list(opened(self._tree.body))
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
            for word in strings.examples(text):
                root, *rest = word.split(".")
                self._examples.update((root, f"'{word}", *(f".{part}" for part in rest)))

    def _scan(self, nodes: Iterable[ast.AST], tokens: set[str]) -> None:
        """Add what code of the module or of a class body mentions."""
        self._scopes.outside(nodes, tokens, Place(body=self._body))

    def _statement(self, statement: ast.stmt, prefix: str, runs: set[str]) -> None:
        """One statement of the module (prefix '') or of a class body; ``runs`` takes what it mentions when it runs."""
        if isinstance(statement, FUNCTIONS):
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
                held = () if prefix else making.held(value)
                self._scan([one for one in ran if one not in held], runs)
                for call in held:
                    if call in ran:
                        self._made(call, tokens, runs)
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

    def _made(self, call: ast.Call, tokens: set[str], runs: set[str]) -> None:
        """An object that a global gets while the module is imported: whoever has the global has the object, and nobody else."""
        called: set[str] = set()
        given: set[str] = set()
        noted: set[str] = set()
        self._scan([call.func], called)
        self._scan([*call.args, *(one.value for one in call.keywords)], given)
        self._scan([call], noted)
        tokens |= called
        runs.add(f"*{ast.unparse(call.func)}")
        runs |= given | (noted - called)

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
            if name.startswith("abstract"):
                trait |= Trait.ABSTRACT
            if "fixture" in name:
                trait |= Trait.FIXTURE
                extra.append(fixtures.name(decorator) or node.name)
                if fixtures.is_autouse(decorator):
                    trait |= Trait.AUTOUSE
            elif name in ("setter", "deleter") or not harmless.decorator(decorator, self._bindings):
                # A setter runs by ``setattr`` with a name made at run time.
                trait |= Trait.REGISTERED
                if not harmless.wraps(decorator, self._bindings):
                    extra.append(f"@{root_of(decorator)}")
        if node.name.startswith("pytest_"):
            trait |= Trait.HOOK
        arguments = node.args
        for default in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
            self._scan([default], tokens if harmless.value(default, self._bindings) else runs)
        place = Place(
            bound=bool(prefix)
            and all(
                harmless.last_name(one) != "staticmethod"
                and harmless.decorator(one, self._bindings)
                for one in node.decorator_list
            ),
            delegate=node.name in DELEGATES,
            body=self._body,
        )
        self._scopes.function(node, tokens, place, own=bool(prefix))
        if prefix and not place.bound:
            # Its first argument, whatever it is called, was not followed.
            tokens.add("!self")
        if "!dynamic" in tokens and arguments.kwarg is not None:
            # The name may be that of a keyword at the call.
            tokens.add("!members")
        tokens.update(
            f"({one.arg}"
            for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        )
        self._docstring(node.body)
        if not prefix or node.name == "__init_subclass__" or _without_instance(node):
            given = keeping.given_to(node)
            if given is not None:
                trait |= Trait.WRAPS
                extra += sorted(f"?{one}" for one in given)
        self._define(prefix + node.name, trait, tokens, extra)
        if prefix + node.name == "__getattr__":
            asked: set[str] = set()
            hidden = frozenset(one.arg for one in arguments.args)
            self._scopes.inside(on_demand.asked(node), asked, Place(), hidden, set())
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
                stored.append(f"@{root_of(decorator)}")
        for base in node.bases:
            while isinstance(base, ast.Subscript):
                # What stands in the brackets of a generic base is no base.
                self._scan([base.slice], arguments)
                base = base.value
            self._scan([base], bases)
            if not is_chain(base):
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
        body, self._body = self._body, frozenset(bound(node.body))
        for statement, _ in opened(node.body):
            self._statement(statement, f"{name}.", runs)
        self._body = body


def _without_instance(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        harmless.last_name(one) in ("staticmethod", "classmethod") for one in node.decorator_list
    )
