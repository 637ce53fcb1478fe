"""What a script fetches and then runs: piped into a shell, read by one, written to a file or a variable that is run later.

Sources: the manuals of curl, wget, httpie, aria2 and PowerShell's web cmdlets; POSIX.1-2017, "sh" (a shell without a file among its words reads its
commands from its input). What is only fetched is no finding: data, archives and packages are.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from hunkgate.gates.dependencies.dependency import Option
from hunkgate.gates.dependencies.shell import Command

SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ash", "ksh", "fish", "pwsh", "powershell"})
"""Programs that run the commands of a script."""

_INTERPRETERS = frozenset({"perl", "ruby", "node", "php", "deno", "bun"})
_READERS = frozenset({"iex", "Invoke-Expression", "source", ".", "eval"})
_DOWNLOADS = frozenset(
    {"curl", "wget", "iwr", "Invoke-WebRequest", "irm", "Invoke-RestMethod", "fetch"}
    | {"aria2c", "axel", "http", "https", "lynx"}
)
_FETCHING = re.compile(rf"(?:^|[\s;&|(/])(?:{'|'.join(_DOWNLOADS)})\s")
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s\"'`|)]+")
_TO_FILE = re.compile(r"-[A-Za-z]*[oO]|--output(?:-document)?|-OutFile")
# Programs that make a text of another: what comes out may be any script.
_DECODERS = {"base64": re.compile(r"-\w*[dD]|--decode"), "xxd": re.compile(r"-\w*r\w*")}
_DECODERS |= {"openssl": re.compile(r"-d"), "base32": _DECODERS["base64"]}


def dynamic(name: str, value: str, line: int) -> Option:
    """What a script does that cannot be read."""
    return Option(ecosystem="generic", name=name, value=value, signal="dynamic", line=line)


def base(word: str) -> str:
    """The program that a word names, without its folder."""
    return posixpath.basename(word.replace("\\", "/")).removesuffix(".exe")


class Downloads:
    """What the commands of a script fetched so far. One of them may serve several scripts that run one after the other."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._variables: dict[str, str] = {}
        self._piped: list[tuple[Command, Sequence[str]]] = []

    def take(self, command: Command, words: Sequence[str]) -> Iterator[Option]:
        """What this command, after those before it, runs of what was fetched. ``words`` are its own without programs that only run others."""
        previous = self._piped[-1] if self._piped else None
        if not _is_pipe(command.mark):
            self._piped.clear()
        if not words:
            # `X=$(curl ...)`: nothing runs yet.
            yield from self._inner(command, words)
            self._piped.append((command, command.words))
            return
        yield from self._run_from_pipe(command, words)
        if previous is not None and command.mark in ("<(", "("):
            yield from self._substituted(previous, command, words)
        yield from self._inner(command, words)
        yield from self._run_from_file(command, words)
        self._piped.append((command, words))

    def _run_from_pipe(self, command: Command, words: Sequence[str]) -> Iterator[Option]:
        if not self._piped or not _reads_input(words):
            return
        for _, source in self._piped:
            if source and base(source[0]) in _DOWNLOADS:
                yield _fetched(source, command.line)
                return
        for first, source in self._piped:
            if source and _decodes(source):
                text = " ".join(self._piped[0][0].words)
                yield dynamic("decode and run", text, first.line)
                return

    def _substituted(
        self, before: tuple[Command, Sequence[str]], command: Command, words: Sequence[str]
    ) -> Iterator[Option]:
        """``sh <(curl URL)``, ``eval $(curl URL)``, and ``$(curl URL)`` itself as a command."""
        if base(words[0]) not in _DOWNLOADS:
            return
        outer = before[0].words
        if outer[0] in _READERS or _runs(before[1]) or outer == ("$",):
            yield _fetched(words, command.line)
        elif (assigned := re.fullmatch(r"(\w+)=\$?", outer[-1])) is not None:
            self._variables[assigned[1]] = _address(words)

    def _inner(self, command: Command, words: Sequence[str]) -> Iterator[Option]:
        """``eval "$(curl URL)"``, ``sh -c "$(curl URL)"``, and ``eval "$X"`` of what X was given."""
        # The script of `sh -c` is read as one: what it puts in the place of a command is seen there.
        runs = command.words[0] in _READERS or (_runs(words) and base(words[0]) not in SHELLS)
        for script in command.inner:
            if not _FETCHING.search(script):
                continue
            assigned = re.match(r"(\w+)=", command.words[0])
            if runs:
                yield dynamic("download and run", _address(script.split()), command.line)
            elif assigned:
                self._variables[assigned[1]] = _address(script.split())
        for word in command.words if runs or _runs(words) else ():
            for name in re.findall(r"\$\{?(\w+)", word):
                if address := self._variables.pop(name, ""):
                    yield dynamic("download and run", address, command.line)

    def _run_from_file(self, command: Command, words: Sequence[str]) -> Iterator[Option]:
        """``curl -o FILE URL`` or ``curl URL > FILE`` and then ``sh FILE`` or ``./FILE``."""
        if base(words[0]) in _DOWNLOADS:
            address = _address(words, exact=True)
            # curl's -O, and wget by itself, take the name from the address.
            named = (word for option, word in pairwise(words) if _TO_FILE.fullmatch(option))
            written = next((one for one in named if not one.startswith("-")), "")
            if address and (file := base(written or command.output or address)):
                self._files[file] = address
            return
        # What follows the script are its arguments: data that it reads.
        named = (word for word in words[1:] if not word.startswith("-"))
        run = next(named, "") if _runs(words) else words[0]
        if address := self._files.pop(base(run), ""):
            yield dynamic("download and run", address, command.line)


def reads_script(words: Sequence[str]) -> bool:
    """Whether a command is a shell that reads its commands from its input."""
    return bool(words) and base(words[0]) in SHELLS and _reads_input(words)


def _is_pipe(mark: str) -> bool:
    return "|" in mark and "||" not in mark


def _runs(words: Sequence[str]) -> bool:
    """Whether a command runs what its words name or hold."""
    if not words:
        return False
    name = base(words[0])
    return name in SHELLS | _INTERPRETERS | _READERS or name.startswith("python")


def _reads_input(words: Sequence[str]) -> bool:
    """Whether what is piped into a command is what it runs: neither a script among its words nor a file that it names stands before that."""
    if not _runs(words):
        return False
    if base(words[0]) in _READERS:
        return True
    shell = base(words[0]) in SHELLS
    rest = iter(words[1:])
    for word in rest:
        if word in ("-", "-s", "--", "/dev/stdin"):
            return True
        if shell and word in ("-o", "+o"):
            next(rest, "")
        elif not word.startswith(("-", "+")) or (
            not word.startswith("--") and re.search("c" if shell else "[cemrnpE]", word)
        ):
            return False
    return True


def _decodes(words: Sequence[str]) -> bool:
    options = _DECODERS.get(base(words[0]))
    return options is not None and any(options.fullmatch(word) for word in words[1:])


def _fetched(words: Sequence[str], line: int) -> Option:
    return dynamic("download and run", _address(words), line)


def _address(words: Sequence[str], *, exact: bool = False) -> str:
    """The address among the words, all of them where none is (and not ``exact``)."""
    found = next((word for word in words if "://" in word), "")
    return found or ("" if exact else " ".join(words[1:]))
