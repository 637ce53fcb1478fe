"""What pytest runs for a test file by itself, before anything in it mentions anything."""

from collections.abc import Callable, Mapping

from hunkgate.gates.tests.facts import ASKED, Facts
from hunkgate.gates.tests.modules import Modules
from hunkgate.gates.tests.nodes import Nodes
from hunkgate.gates.tests.resolution import Names
from hunkgate.gates.tests.roots import Layout


class Starts:
    """Where the tests of one tree begin. Every answer is a list of slots: 2n for the node n loaded, 2n + 1 for it mentioned."""

    def __init__(
        self,
        nodes: Nodes,
        files: Mapping[str, Facts],
        layout: Layout,
        modules: Modules,
        names: Names,
    ) -> None:
        self._nodes = nodes
        self._files = files
        self._layout = layout
        self._modules = modules
        self._names = names

    def everywhere(
        self, fixtures: Mapping[str, int], is_testing: Callable[[str], bool]
    ) -> list[int]:
        """What runs with every test: plugins, what pytest is built on, and the fixtures that the configuration names."""
        targets = [
            target for plugin in self._layout.plugins for target in self._names.loads("", 0, plugin)
        ]
        targets += self._beneath(is_testing)
        names = {name for one in self._layout.pytest.values() for name in one.fixtures}
        targets += (fixtures[name] for name in names if name in fixtures)
        return targets

    def of(self, path: str) -> list[int]:
        """What runs with one test file: what is in it, and the conftests above it."""
        targets: list[int] = []
        facts = self._files.get(path)
        if facts is not None:
            # pytest may call anything in a test file; what is in it counts as mentioned.
            for one in facts.definitions[1:]:
                targets += self._names.mention(path, one.name)
            # pytest asks every value that the file binds whether it is a test: of a module, for names it does not have.
            for name in facts.bindings:
                for stem in self._names.stems_of(path, name):
                    targets += self._names.mention(self._modules.files.get(stem, ""), ASKED)
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            conftest = f"{folder}/conftest.py" if folder else "conftest.py"
            if conftest in self._files:
                targets.append(self._names.module(conftest))
        return targets

    def _beneath(self, is_testing: Callable[[str], bool]) -> list[int]:
        """What pytest itself may run: the public names of the modules that it, or a plugin that the project names, is built on."""
        targets = []
        for name in self._layout.beneath:
            for stem in self._modules.absolute(name):
                for path in self._modules.at(stem):
                    if not is_testing(path):
                        targets.append(self._names.module(path))
                        for one in self._files[path].definitions[1:]:
                            if not one.name.rpartition(".")[2].startswith("_"):
                                targets += self._names.mention(path, one.name)
        return targets
