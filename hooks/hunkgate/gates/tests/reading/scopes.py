"""What a stretch of code mentions, scope by scope: names of locals hide those of globals."""

import ast
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from hunkgate.gates.tests import harmless
from hunkgate.gates.tests.reading import joined, lookups, strings, values
from hunkgate.gates.tests.reading.statements import (
    FUNCTIONS,
    assigned,
    imported,
    is_text,
    is_type_checking,
)

_REFLECTED = frozenset({"__dict__", "__subclasses__", "getmembers", "__name__", "__qualname__"})
# Those that merely hold or tell a name: they go through no members by themselves.
_NAMED_ONLY = frozenset({"__name__", "__qualname__", "__dict__"})
_MODULE_NAMES = frozenset({"mod", "module"})
_CLASS_ARGUMENTS = frozenset({"cls", "mcs", "mcls", "metacls", "klass"})

# A name and the attributes that are taken of it, in order.
Chain = tuple[str, tuple[str, ...]]


class Place(NamedTuple):
    """Where code stands.

    ``bound``: the first argument of the method at hand is an object of the method's own class. ``delegate``: the method receives the
    name of an attribute that some code wrote down, and that code mentions it. ``body``: what the class binds whose body is being
    read: seen from the body itself, not from its methods. ``first``: the first argument of the method, '' where it is hidden.
    """

    bound: bool = False
    delegate: bool = False
    body: frozenset[str] = frozenset()
    first: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """What is known of a file before its code is read.

    ``bindings`` are the import tokens of each global that an import binds; ``instances`` the globals that hold what a call
    returned: their ``__dict__`` is that of an object, not of a class or module.
    """

    bindings: Mapping[str, Sequence[str]]
    instances: Collection[str]

    def outside(
        self,
        nodes: Iterable[ast.AST],
        tokens: set[str],
        place: Place,
        outer: frozenset[str] = frozenset(),
    ) -> None:
        """Add what code mentions that stands in no function of its own: every name but those of ``outer`` is a global."""
        _Stretch(self, tokens, place, outer, None).read(nodes)

    def inside(
        self,
        nodes: Iterable[ast.AST],
        tokens: set[str],
        place: Place,
        outer: frozenset[str],
        stores: set[str],
    ) -> None:
        """Add what the code of a function mentions, of which ``stores`` are local already; ``outer`` are those of functions around it."""
        _Stretch(self, tokens, place, outer, stores).read(nodes)

    def function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        tokens: set[str],
        place: Place,
        outer: frozenset[str] = frozenset(),
        *,
        own: bool = False,
    ) -> None:
        """Add what a function mentions, decorators and defaults left out. ``own`` says that it stands in the body of a class."""
        arguments = node.args
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        stores = {one.arg for one in every}
        stores.update(one.arg for one in (arguments.vararg, arguments.kwarg) if one is not None)
        first = place.first
        if own and every:
            first = every[0].arg
        elif first in stores:
            first = ""
        annotations: list[ast.AST] = [one.annotation for one in every if one.annotation is not None]
        if isinstance(node, ast.Lambda):
            body: list[ast.AST] = [node.body]
        else:
            body = list(node.body)
            if node.returns is not None:
                annotations.append(node.returns)
        self.outside(annotations, tokens, place._replace(first=""))
        self.inside(body, tokens, place._replace(first=first, body=frozenset()), outer, stores)


class _Stretch:
    """One stretch of code while it is being read: all of one scope, without the functions and classes inside it."""

    __slots__ = (
        "asked",
        "binds",
        "declared",
        "dynamic",
        "file",
        "inner",
        "loads",
        "local",
        "otherwise",
        "outer",
        "own",
        "place",
        "plain",
        "rebound",
        "reflected",
        "stack",
        "stores",
        "tokens",
    )

    def __init__(
        self,
        file: Scopes,
        tokens: set[str],
        place: Place,
        outer: frozenset[str],
        stores: set[str] | None,
    ) -> None:
        """``stores`` is None at module or class level, where every name is a global."""
        self.file = file
        self.tokens = tokens
        self.place = place
        self.outer = outer
        self.local = stores is not None
        self.stores = stores if stores is not None else set()
        self.stack: list[ast.AST] = []
        self.loads: list[Chain] = []
        self.asked: list[Chain] = []
        self.inner: list[ast.AST] = []
        self.declared: set[str] = set()
        self.reflected: set[str] = set()
        # Whether members are looked up by a name of which nothing is known: of anything, of the method's own object.
        self.dynamic = self.own = False
        # Whether the method's first argument is bound to something else.
        self.rebound = False
        # How often a local is bound, how often of these to a value of a type that Python brings, and what is bound in other ways.
        self.binds: dict[str, int] = {}
        self.plain: dict[str, int] = {}
        self.otherwise = set(self.stores)

    def read(self, nodes: Iterable[ast.AST]) -> None:
        """Add to the tokens what these nodes and everything inside them mention."""
        stack = self.stack
        stack += nodes
        while stack:
            node = stack.pop()
            kind = self._KINDS.get(node.__class__)
            if kind is None:
                self._everything_in(node)
            else:
                kind(self, node)
        self._conclude()

    def _everything_in(self, node: ast.AST) -> None:
        stack = self.stack
        for value in node.__dict__.values():
            if value.__class__ is list:
                stack.extend(item for item in value if isinstance(item, ast.AST))
            elif isinstance(value, ast.AST):
                stack.append(value)

    def _name(self, node: ast.Name) -> None:
        name = node.id
        if node.ctx.__class__ is ast.Load:
            self.loads.append((name, ()))
            return
        self.binds[name] = self.binds.get(name, 0) + 1
        self.stores.add(name)
        self.rebound = self.rebound or name == self.place.first

    def _constant(self, node: ast.Constant) -> None:
        if node.value.__class__ is str:
            strings.constant(node.value, self.tokens)

    def _assignment(self, node: ast.Assign) -> None:
        if self.local:
            names = assigned(node)
            if len(names) == 1 and values.is_builtin(node.value):
                self.plain[names[0]] = self.plain.get(names[0], 0) + 1
        self._everything_in(node)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if not self.local:
            self._everything_in(node)
            return
        # Annotations of locals are never evaluated (PEP 526).
        names = assigned(node)
        if names and values.is_builtin(node.value):
            self.plain[names[0]] = self.plain.get(names[0], 0) + 1
        self.stack.append(node.target)
        if node.value is not None:
            self.stack.append(node.value)

    def _attribute(self, node: ast.Attribute) -> None:
        attributes = []
        below: ast.AST = node
        while isinstance(below, ast.Attribute):
            attributes.append(below.attr)
            below = below.value
        self._reflection(attributes, below)
        # Bases that are merely looked at join nothing; what makes a class out of them is noted by itself.
        if attributes[0] in ("__bases__", "__class__") and node.ctx.__class__ is ast.Store:
            self.tokens.add("&")
        if isinstance(below, ast.Name):
            self.loads.append((below.id, tuple(reversed(attributes))))
            return
        self.tokens.update(f".{name}" for name in attributes[:-1])
        if not values.is_builtin(below):
            above = self.place.bound and self.place.first and values.is_super(below)
            self.tokens.add(f"{'<' if above else '.'}{attributes[-1]}")
        self.stack.append(below)

    def _reflection(self, attributes: Sequence[str], below: ast.AST) -> None:
        """Note which of the attributes, the last one first, let code go through the members of what they are taken of."""
        seen = _REFLECTED.intersection(attributes)
        if seen and not (attributes[-1] == "__dict__" and self._is_object(below)):
            if isinstance(below, ast.Name) and below.id in _MODULE_NAMES:
                self.tokens.add("!globals")
            else:
                self.reflected.update(seen)
        if "__all__" in attributes:
            self.tokens.add("!globals")

    def _is_object(self, expression: ast.AST) -> bool:
        """Whether this is an object that is neither a class nor a module."""
        if isinstance(expression, ast.Call):
            return harmless.last_name(expression.func) != "type"
        first = self.place.first
        return isinstance(expression, ast.Name) and (
            expression.id in self.file.instances
            or (expression.id == first and first not in _CLASS_ARGUMENTS)
        )

    def _handler(self, node: ast.ExceptHandler) -> None:
        self.asked += values.asked_about(node.type, self.stack)
        if node.name:
            self._bind(node.name)
        self.stack += node.body

    def _bind(self, name: str) -> None:
        self.stores.add(name)
        self.otherwise.add(name)

    def _call(self, node: ast.Call) -> None:
        if values.is_question(node):
            self.asked += values.asked_about(node.args[1], self.stack)
            self.stack += (node.func, node.args[0])
            return
        joined.by_call(node, self.tokens)
        first = self.place.first
        if lookups.looked_up(node, self.tokens, first):
            if self.place.bound and first and lookups.of_first(node, first):
                self.own = True
            else:
                self.dynamic = True
        self._everything_in(node)

    def _put_together(self, node: ast.JoinedStr | ast.BinOp) -> None:
        strings.put_together(node, self.tokens)
        self._everything_in(node)

    def _comprehension(self, node: ast.AST) -> None:
        self.inner.append(node)

    def _lambda(self, node: ast.Lambda) -> None:
        self.inner.append(node)
        self._defaults(node.args)

    def _defaults(self, arguments: ast.arguments) -> None:
        self.stack += arguments.defaults
        self.stack += filter(None, arguments.kw_defaults)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._bind(node.name)
        self.inner.append(node)
        self.stack += node.decorator_list
        self._defaults(node.args)

    def _class(self, node: ast.ClassDef) -> None:
        self._bind(node.name)
        self.inner.append(node)
        self.stack += node.decorator_list
        self.stack += node.bases
        self.stack += (one.value for one in node.keywords)

    def _expression(self, node: ast.Expr) -> None:
        if not is_text(node):
            self.stack.append(node.value)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, token in imported(node):
            self._bind(name)
            self.tokens.add(token)

    def _declaration(self, node: ast.Global | ast.Nonlocal) -> None:
        self.declared.update(node.names)

    def _condition(self, node: ast.If) -> None:
        if is_type_checking(node.test):
            self.stack += node.orelse
        else:
            self._everything_in(node)

    def _pattern(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self._bind(node.name)
        self._everything_in(node)

    def _conclude(self) -> None:
        """Say what the names stand for, now that all that the scope binds is known, and read the scopes inside."""
        self._conclude_lookups()
        self._forget_rebound()
        hidden = (self.outer | self.stores) - self.declared if self.local else self.outer
        self.tokens.update(self.stores & self.declared)
        self._conclude_loads(hidden)
        frozen = frozenset(hidden)
        file, tokens, place = self.file, self.tokens, self.place
        for node in self.inner:
            if isinstance(node, (ast.Lambda, *FUNCTIONS)):
                file.function(node, tokens, place, frozen)
            elif isinstance(node, ast.ClassDef):
                self._local_class(node, frozen)
            else:
                file.inside(_children(node), tokens, place, frozen, set())

    def _conclude_lookups(self) -> None:
        tokens, reflected = self.tokens, self.reflected
        handed_on = self.place.delegate and self.local
        if self.own and self.rebound:
            self.dynamic = True
        elif self.own and not handed_on:
            tokens.add("~*")
        if self.dynamic and not handed_on:
            tokens.add("!members" if reflected else "!dynamic")
        if reflected - _NAMED_ONLY:
            tokens.update(("!members", "!globals"))
        elif "__dict__" in reflected:
            tokens.add("!members")

    def _forget_rebound(self) -> None:
        """Forget the values of locals that code inside this scope, or around it, may bind as well."""
        if not self.plain:
            return
        self.otherwise |= self.outer | self.declared
        for node in self.inner:
            for within in ast.walk(node):
                if isinstance(within, ast.Nonlocal):
                    self.otherwise.update(within.names)

    def _conclude_loads(self, hidden: Collection[str]) -> None:
        tokens, bindings, place = self.tokens, self.file.bindings, self.place
        for name, path in self.asked:
            if name in hidden or name in place.body or (path and name not in bindings):
                self.loads.append((name, path))
            else:
                tokens.add("%" + ".".join((name, *path)))
        plain = self.plain
        if place.bound and place.first and (self.rebound or (place.first, ()) in self.loads):
            tokens.add("!self")
        for name, path in self.loads:
            if name in hidden:
                if (
                    plain
                    and plain.get(name) == self.binds.get(name, 0)
                    and name not in self.otherwise
                ):
                    continue
                mark = "~" if name == place.first and place.bound and not self.rebound else "."
                tokens.update(f"{mark}{part}" for part in path[:1])
                tokens.update(f".{part}" for part in path[1:])
            elif path and name in bindings:
                tokens.add(".".join((name, *path)))
            else:
                tokens.add(name)
                if name in place.body:
                    tokens.add(f"~{name}")
                tokens.update(f".{part}" for part in path)
                if name == "globals" and not place.delegate:
                    tokens.add("!own")
                elif name in ("eval", "exec"):
                    tokens.update(("!own", "!dynamic"))

    def _local_class(self, node: ast.ClassDef, outer: frozenset[str]) -> None:
        """A class inside a function. Names of a class body are not seen from its methods: its own stores hide nothing."""
        file, tokens = self.file, self.tokens
        place = self.place._replace(bound=False, first="")
        joined.by_class(node, tokens)
        for statement in node.body:
            if isinstance(statement, FUNCTIONS):
                file.outside(statement.decorator_list, tokens, place, outer)
                file.function(statement, tokens, place, outer, own=True)
                arguments = statement.args
                defaults = (*arguments.defaults, *filter(None, arguments.kw_defaults))
                file.outside(defaults, tokens, place, outer)
            elif not is_text(statement):
                file.outside([statement], tokens, place, outer)

    # How each kind of node is read; of any other, everything in it is.
    _KINDS: ClassVar[Mapping[type[ast.AST], Callable[..., None]]] = {
        ast.Name: _name,
        ast.Constant: _constant,
        ast.Assign: _assignment,
        ast.AnnAssign: _annotated,
        ast.Attribute: _attribute,
        ast.ExceptHandler: _handler,
        ast.Call: _call,
        ast.JoinedStr: _put_together,
        ast.BinOp: _put_together,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.DictComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.Lambda: _lambda,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
        ast.Expr: _expression,
        ast.Import: _import,
        ast.ImportFrom: _import,
        ast.Global: _declaration,
        ast.Nonlocal: _declaration,
        ast.If: _condition,
        ast.MatchAs: _pattern,
        ast.MatchStar: _pattern,
    }


def _children(node: ast.AST) -> list[ast.AST]:
    return [
        item
        for value in node.__dict__.values()
        for item in (value if value.__class__ is list else (value,))
        if isinstance(item, ast.AST)
    ]
