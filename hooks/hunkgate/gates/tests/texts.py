"""What a text in a file may name: a module, an attribute, a fixture, a program, a script, a data file."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping

from hunkgate.gates.tests.facts import MAIN, Facts
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.nodes import DATA, Nodes
from hunkgate.gates.tests.resolution import Names
from hunkgate.gates.tests.roots import Layout

# Who has one of these tokens may start a program by its name.
_STARTERS = frozenset(
    {
        "Popen",
        "check_call",
        "check_output",
        "create_subprocess_exec",
        "create_subprocess_shell",
        "execl",
        "execlp",
        "execv",
        "execve",
        "execvp",
        "posix_spawn",
        "run_module",
        "run_path",
        "spawnl",
        "spawnv",
        "spawnvp",
    }
)
_STARTING = (
    "os.popen",
    "os.system",
    "+0:fabric:",
    "+0:invoke:",
    "+0:os:popen",
    "+0:os:system",
    "+0:pexpect:",
    "+0:plumbum:",
    "+0:runpy:",
    "+0:sh:",
    "+0:subprocess:",
)


class Texts:
    """The texts of one tree. Every answer is a list of slots: 2n for the node n loaded, 2n + 1 for it mentioned."""

    def __init__(
        self,
        nodes: Nodes,
        names: Names,
        modules: Modules,
        layout: Layout,
        *,
        fixtures: Mapping[str, int],
        data: Mapping[str, list[str]],
        dynamic: int,
    ) -> None:
        """``fixtures`` are the slots of fixtures by name; ``data`` the changed files by the texts that may name them; ``dynamic`` is the
        slot of whatever looks attributes up by names of which nothing is known.
        """
        self._nodes = nodes
        self._names = names
        self._modules = modules
        self._layout = layout
        self._fixtures = fixtures
        self._data = data
        self._dynamic = dynamic
        self._words: dict[str, int] = {}

    def word(self, word: str) -> list[int]:
        """What a word of a longer string may name, where names are looked up at run time: templates, small languages."""
        targets = []
        for part in word.split("."):
            attribute = self._names.attributes.get(part)
            if attribute is None:
                continue
            hub = self._words.get(part)
            if hub is None:
                node = self._nodes.node("", f'"{part}', needs_both=True)
                self._nodes.edges[node].append(attribute)
                self._nodes.edges[self._dynamic >> 1].append(2 * node)
                hub = self._words[part] = 2 * node + 1
            targets.append(hub)
        return targets

    def string(self, path: str, text: str, *, starts: bool) -> list[int]:
        """What a string may name: an attribute, a module, a program (where ``starts``), a fixture, a script, a data file."""
        parts = text.rstrip("/").rsplit("/", 2)
        targets = [
            2 * self._nodes.node("", DATA + data)
            for name in dict.fromkeys((parts[-1], "/".join(parts[-2:])))
            for data in self._data.get(name, ())
        ]
        if "/" in text:
            if text.endswith(".py"):
                for stem, file in self._modules.files.items():
                    if f"/{stem}".endswith("/" + text.lstrip("./").removesuffix(".py")):
                        targets += self._program(file, starts=starts)
            return targets
        script = self._layout.scripts.get(text) if starts else None
        if script is not None:
            targets += self.string(path, script, starts=starts)
        fixture = self._fixtures.get(text)
        if fixture is not None:
            targets.append(fixture)
        text = text.removeprefix("-m")
        level = len(text) - len(text.lstrip("."))
        parts = text.lstrip(".").replace(":", ".").split(".")
        if text.endswith(".py") and len(parts) == 2:
            for stem in self._modules.absolute(parts[0]):
                targets += self._program(self._modules.files.get(stem, ""), starts=starts)
        if not all(part.isidentifier() for part in parts):
            return targets
        for end in range(len(parts), 0, -1):
            dotted = ".".join(parts[:end])
            stems = (
                self._modules.named(path, level, dotted)
                if level or len(parts) > 1
                else self._modules.rooted(dotted)
            )
            files = [self._modules.files[stem] for stem in stems if stem in self._modules.files]
            for file in files:
                targets += self._program(file, starts=starts and end == len(parts))
            for stem in stems:
                main = self._modules.files.get(f"{stem}/__main__")
                if main is not None and end == len(parts) and starts:
                    targets += self._program(main, starts=starts)
                if end < len(parts):
                    targets += self._names.walk(stem, parts[end:])
            if files:
                break
        # What names no module names an attribute, where attributes are looked up by strings.
        targets += self.word(text)
        return targets

    def _program(self, file: str, *, starts: bool) -> list[int]:
        if not file:
            return []
        targets = [self._names.module(file)]
        main = self._nodes.find(file, MAIN) if starts else None
        if main is not None:
            targets.append(2 * main + 1)
        return targets


def data_names(data: Iterable[str], files: Container[str]) -> Mapping[str, list[str]]:
    """By which strings each changed data file may be named: its name, its stem, the folders above it, and its ending."""
    names: dict[str, list[str]] = defaultdict(list)
    for path in data:
        *folders, name = path.split("/")
        stem, dot, ending = name.partition(".")
        if ending == "py":
            # What imports it is in the graph; only who opens or runs it by its file name is not.
            names["/".join((*folders[-1:], name))].append(path)
            if "/".join((*folders, "__init__.py")) not in files:
                names[name].append(path)
            continue
        for one in {name, *folders[-3:], *((stem, f"*.{ending}", f".{ending}") if dot else ())}:
            names[one].append(path)
    return names


def starts_programs(facts: Facts) -> bool:
    """Whether something in the file may start a program by its name."""
    return any(
        {"sys.executable", "'-m"} <= {*one.tokens}
        or any(
            token.rpartition(".")[2] in _STARTERS or token.startswith(_STARTING)
            for token in one.tokens
        )
        for one in facts.definitions
    )
