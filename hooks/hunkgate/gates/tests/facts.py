"""What one Python file says about itself, without looking at any other file: so it can be kept by the blob's id.

A *definition* is a stretch of code that runs as one: a function, a method, a class, a global variable, or the module's own
import-time code. Each carries *tokens*, the names it mentions, in one small alphabet (so that a file is a tuple of strings):

======================  ==========================================================================================
``run``                 the module's own global ``run``
``pkg.core.run``        a chain of attributes that begins at a global which an import bound
``.run``                attribute ``run`` of something not known statically
``~run``                member ``run`` of the class at hand: of a method's first argument, or a name that its body binds;
                        ``~*`` one whose name is made at run time
``<run``                member ``run`` of the class at hand that ``super()`` finds
``%Base``               a class that is only asked about (``isinstance``, ``except``): no object of it comes to be here
``&Base``               a class made inside a function joins this class with others, or hands attributes on; ``&`` any
``'pkg.core.run``       a string constant that could name a module, an attribute, a program or a file
``(client``             a parameter, by which pytest hands out fixtures
``"index``              a word of a longer string, which could name an attribute where such names are looked up
``^visit_`` ``$_item``  attributes whose name begins or ends like this (``getattr(x, f"visit_{kind}")``)
``+1:core:run``         an import that runs with this code: level, module, name ('' the module itself, ``*`` everything)
``@pkg.``               an import of some module whose name begins like this (``import_module(f"pkg.{name}")``)
``!dynamic``            looks an attribute up by a name made at run time: some string that something else mentions
``!members``            goes through the members of classes, so any may be meant; ``!globals`` those of modules
``!names``              lists the names of members (``dir``)
``!own``                looks up globals of its own module by a name made at run time
``!self``               a method that may hand on its own object, other than by keeping something in it
``*Base``               an object made while the module is imported, of what is most likely a class, and kept in a global only
======================  ==========================================================================================
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag
from typing import NamedTuple, Protocol

# Raise it whenever what ``reading`` writes, or what is remembered of layouts and imports, changes meaning: what another version kept
# is not used.
VERSION = 10

_DOTTED = re.compile(r"'\.{0,3}[A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)+")

MODULE = ""  # the name of the definition that holds the import-time code
MAIN = "__main__"  # the name of the one that runs only when the file is the program
DOCTESTS = ">>>"  # the name of the one that holds the examples in docstrings

# The name of the one that runs where Python or pytest ask a module that answers on demand for ``__path__`` and the like.
ASKED = "__getattr__?"


class Trait(IntFlag):
    """What is special about a definition."""

    NONE = 0
    FUNCTION = 1
    CLASS = 2
    VARIABLE = 4
    REGISTERED = 8  # a decorator that is not known to be harmless may have stored it somewhere
    FIXTURE = 16
    AUTOUSE = 32
    HOOK = 64  # a pytest hook, called by pytest itself
    METACLASS = 128  # a class with a metaclass of its own
    BUILT = 512  # a class that a decorator or a metaclass makes something of
    ABSTRACT = 1024  # a method without which no object of a class below can be made
    WRAPS = 256  # a function that, as a decorator, keeps what it is given nowhere else


class Definition(NamedTuple):
    """One definition. ``name`` is dotted inside classes (``Option.parse``). A NamedTuple: a large tree has 10^5 of them.

    ``extra`` is the fixture's name, and for a class its bases as tokens and ``=Meta``, its metaclass. ``@app`` says that a decorator may have stored
    it in what is called so ('@' alone: somewhere), and ``?keep`` that it hands on what it is given to the function of this name.
    """

    name: str
    trait: int
    tokens: tuple[str, ...]
    extra: tuple[str, ...]


class Facts(NamedTuple):
    """Everything read from one file.

    ``bindings`` maps a global that an import bound to its import tokens; ``plugins`` names modules (pytest_plugins).
    ``readable`` is False where the file does not parse: its tokens are then every word in it.
    """

    readable: bool
    definitions: tuple[Definition, ...]
    bindings: Mapping[str, tuple[str, ...]]
    plugins: tuple[str, ...]

    @property
    def module(self) -> Definition:
        """The definition that holds the import-time code."""
        return self.definitions[0]


# The tokens by which a file loads or names others, whichever of its definitions has them: imports, and strings with a dot in them.
Outline = tuple[str, ...]


def is_dotted(token: str) -> bool:
    """Whether a string's token could name a module."""
    return _DOTTED.fullmatch(token) is not None


def outline(tokens: Iterable[str]) -> Outline:
    """Those of a file's tokens that say which other files it can load or names, in order."""
    return tuple(
        sorted(
            sys.intern(token)
            for token in set(tokens)
            if token[0] in "+@"
            or (token[0] == "'" and ("." in token.rpartition("/")[2] or is_dotted(token)))
        )
    )


class FactStore(Protocol):
    """Where facts are kept between runs, by blob id."""

    def get(self, blobs: Iterable[str]) -> Mapping[str, Facts]:
        """The facts that are kept for these blobs; those that are not are missing."""

    def outlines(
        self, blobs: Iterable[str], read: Callable[[str], Outline]
    ) -> Mapping[str, Outline]:
        """The outlines of these blobs; ``read`` makes that of one that is not kept."""

    def recall(self, name: str) -> object:
        """What was last remembered under this name, None where nothing is."""

    def remember(self, name: str, value: object) -> None:
        """Remember plain tuples, dictionaries, texts and numbers under a name."""

    def put(self, facts: Mapping[str, Facts]) -> None:
        """Keep these facts. A store that cannot keep them loses nothing but time."""


@dataclass(frozen=True, slots=True)
class NoStore:
    """A store that keeps nothing."""

    def get(self, blobs: Iterable[str]) -> Mapping[str, Facts]:
        """Nothing is kept."""
        del blobs
        return {}

    def outlines(
        self, blobs: Iterable[str], read: Callable[[str], Outline]
    ) -> Mapping[str, Outline]:
        """All are read."""
        return {blob: read(blob) for blob in blobs}

    def recall(self, name: str) -> object:
        """Nothing is kept."""
        del name
        return None

    def remember(self, name: str, value: object) -> None:
        """Nothing is kept."""

    def put(self, facts: Mapping[str, Facts]) -> None:
        """Nothing is kept."""


def pack(facts: Facts) -> tuple[object, ...]:
    """The facts as plain tuples, fit for marshal."""
    return (
        facts.readable,
        tuple((one.name, int(one.trait), one.tokens, one.extra) for one in facts.definitions),
        dict(facts.bindings),
        facts.plugins,
    )


def unpack(packed: tuple[object, ...]) -> Facts:
    """The facts that ``pack`` packed. Raises TypeError or ValueError for anything else."""
    readable, definitions, bindings, plugins = packed
    if not (
        isinstance(definitions, tuple) and isinstance(bindings, dict) and isinstance(plugins, tuple)
    ):
        raise TypeError("not facts")
    return Facts(bool(readable), tuple(map(Definition._make, definitions)), bindings, plugins)
