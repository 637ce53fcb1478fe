"""Nodes and what flows between them: which test files reach what, as bit sets with one bit per test file.

A node is reached by a test file when the test file has *loaded* it and something that it reaches *mentions* it. Each of the two
conditions is a slot of the node, and a set of test files: edges let sets only grow, until nothing changes (a least fixed point).
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from hunkgate.gates.tests.facts import MODULE

Key = tuple[str, str]

# Nodes that belong to no definition have the path "" and a name that begins with one of these.
ATTRIBUTE, FIXTURE, DATA = ".", "(", "/"


class Nodes:
    """The nodes of one tree, known by path and definition's name ('' is the import-time code), and the edges from each."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.tests = tuple(tests)
        self._all = (1 << len(self.tests)) - 1
        self.keys: list[Key] = []
        self._ids: dict[Key, int] = {}
        # For node n: slot 2n is "loaded", slot 2n+1 is "mentioned"; a node that needs only one of them has the other full.
        self._slots: list[int] = []
        # For each node the slots that its bits flow to.
        self.edges: list[list[int]] = []
        self._back: list[list[int]] | None = None

    def node(self, path: str, name: str, *, needs_both: bool = False) -> int:
        """The number of a node, made when it is new."""
        key = (path, name)
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self.keys)
            self.keys.append(key)
            self._slots += (0, 0 if needs_both else -1)
            self.edges.append([])
        return found

    def find(self, path: str, name: str) -> int | None:
        """The number of a node, None where there is none."""
        return self._ids.get((path, name))

    def reached(self, node: int) -> int:
        """The test files that reach the node, as a bit set in the order of ``tests``."""
        return self._slots[2 * node] & self._slots[2 * node + 1] & self._all

    def files_of(self, bits: int) -> tuple[str, ...]:
        """The test files of a bit set."""
        return tuple(path for index, path in enumerate(self.tests) if bits >> index & 1)

    def spread(self) -> None:
        """Let the bits flow along the edges until nothing changes."""
        slots, edges = self._slots, self.edges
        sent = [0] * len(self.keys)
        waiting = [node for node in range(len(self.keys)) if slots[2 * node] & slots[2 * node + 1]]
        queued = [False] * len(self.keys)
        for node in waiting:
            queued[node] = True
        while waiting:
            following = []
            for node in waiting:
                queued[node] = False
                bits = slots[2 * node] & slots[2 * node + 1]
                if bits == sent[node]:
                    continue
                sent[node] = bits
                for target in edges[node]:
                    before = slots[target]
                    after = before | bits
                    if after != before:
                        slots[target] = after
                        other = target >> 1
                        if not queued[other]:
                            queued[other] = True
                            following.append(other)
            waiting = following

    def unseen(self, node: int) -> int:
        """The test files that could run a definition which none is seen to reach, as a bit set.

        Who runs it may not name it: then whoever has loaded it (for a method: mentions its class) counts. Where something names it
        that is itself not reached, the same is asked of that; a name in code that no test loads is a use, but not by a test.
        """
        found = 0
        seen = {node}
        waiting = [node]
        while waiting:
            one = waiting.pop()
            path, name = self.keys[one]
            users = self._users(one)
            if not users:
                found |= self._slots[2 * one] & self._all
            if not self._slots[2 * one] & self._all and "." in name:
                # A method of a class that nothing reached mentions.
                users.append(self._ids.get((path, name.rpartition(".")[0]), one))
            for user in users:
                if user not in seen and not self.reached(user):
                    seen.add(user)
                    if self.keys[user][1] != MODULE:
                        waiting.append(user)
        return found

    def _users(self, node: int) -> list[int]:
        """The definitions that mention this one, by its name or through what anything of that name stands for."""
        back = self.mentions()
        users: set[int] = set()
        seen = {node}
        waiting = [node]
        while waiting:
            for before in back[waiting.pop()]:
                if before in seen:
                    continue
                seen.add(before)
                if self.keys[before][0]:
                    users.add(before)
                else:
                    waiting.append(before)
        return sorted(users)

    def mentions(self) -> list[list[int]]:
        """For every node, those that mention it."""
        if self._back is None:
            self._back = [[] for _ in self.keys]
            for node, targets in enumerate(self.edges):
                for target in targets:
                    if target & 1 or not self.keys[target >> 1][0]:
                        self._back[target >> 1].append(node)
        return self._back

    def distances(self, ends: Iterable[int]) -> Mapping[int, int]:
        """For every node that leads to one of ``ends``, the number of steps along the edges to the nearest."""
        back: list[list[int]] = [[] for _ in self.keys]
        for node, targets in enumerate(self.edges):
            for target in targets:
                back[target >> 1].append(node)
        found = dict.fromkeys(ends, 0)
        waiting = deque(found)
        while waiting:
            node = waiting.popleft()
            for before in back[node]:
                if before not in found and self.reached(before):
                    found[before] = found[node] + 1
                    waiting.append(before)
        return found

    def way(self, start: int, end: int, test: int) -> list[str]:
        """The steps from a test file to a definition, each on a line; ``test`` is the test file's bit."""
        came: dict[int, int] = {start: start}
        waiting = deque([start])
        while waiting and end not in came:
            node = waiting.popleft()
            for target in self.edges[node]:
                following = target >> 1
                # The way of mentions, not of mere loading, is what a reader wants to see where there is one.
                mention = target & 1 or self._slots[2 * following + 1] < 0
                if mention and following not in came and self.reached(following) >> test & 1:
                    came[following] = node
                    waiting.append(following)
        if end not in came:
            return []
        steps = [end]
        while steps[-1] != start:
            steps.append(came[steps[-1]])
        return [f"  -> {self.label(node)}" for node in reversed(steps[:-1])]

    def why_not(self, node: int, test: int) -> str:
        """Which of the two conditions a test file does not meet for this definition."""
        name = self.keys[node][1]
        if not self._slots[2 * node] >> test & 1:
            owner = name.rpartition(".")[0]
            return (
                f"nothing it runs mentions the class {owner}"
                if owner
                else "it does not import the file"
            )
        return f"nothing it runs mentions {name.rpartition('.')[2]}"

    def label(self, node: int) -> str:
        """How a reader knows the node."""
        path, name = self.keys[node]
        if path:
            return f"{path}::{name}" if name else path
        if name.startswith(FIXTURE):
            return f"fixture {name[1:]}"
        if name.startswith(ATTRIBUTE):
            return f"anything called {name}"
        if name.startswith(DATA):
            return f"{name[1:]} by name"
        return "a name made at run time"
