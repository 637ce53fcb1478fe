"""Commands that stand as texts in the code of another language: ``os.system("pip install x")``, ``["npm", "install", "x"]``, ``%x(gem install x)``.

Best effort: the code is not parsed, so that any language with these quotes will do. A text that only looks like a command is taken for one.
"""

import re
from collections.abc import Iterator

_STRING = re.compile(r'"""(.{0,4000}?)"""|"((?:[^"\\\n]|\\.){0,4000})"|\'((?:[^\'\\\n]|\\.){0,4000})\'|`([^`\n]{0,4000})`', re.DOTALL)  # fmt: skip
# Ruby's other forms of a command and a text: %x(...), %q(...).
_PERCENT = re.compile(r"%[xqQ]?[({\[|!]([^)}\]|!\n]{1,4000})[)}\]|!]")
_BETWEEN = re.compile(r"\s*,\s*")
_FETCHES = re.compile(
    r"\b(?:urlopen|urlretrieve|requests\.|httpx\.|http\.client|URI\.open|open-uri|file_get_contents|DownloadString|DownloadFile|fetch\(|https?\.get|LWP::|HTTP::Tiny|Net::HTTP|reqwest::|ureq::)"
)
_RUNS = re.compile(
    r"\b(?:exec|eval|system|popen|Popen|spawn|subprocess|child_process|check_call|check_output|execSync|IEX|iex|Invoke-Expression|__import__|compile|Command::new)\b"
)
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s\"'`)\\]+")


def scripts(code: str) -> Iterator[tuple[int, str | tuple[str, ...]]]:
    """Each text of several words as a script, and each list of texts that follow each other as the words of one command, with its 0-based line."""
    several: list[str] = []
    end = begin = place = line = 0
    for found in _STRING.finditer(code):
        text = next((one for one in found.groups() if one is not None), "")
        line, place = line + code.count("\n", place, found.start()), found.start()
        if several and not _BETWEEN.fullmatch(code, end, found.start()):
            yield from _words(several, begin)
            several = []
        if not several:
            begin = line
        several.append(text)
        end = found.end()
        if re.search(r"\s", text.strip()):
            yield line, text.replace("\\n", "\n")
    yield from _words(several, begin)
    for found in _PERCENT.finditer(code):
        if " " in found[1].strip():
            yield code.count("\n", 0, found.start()), found[1]


def fetched(code: str) -> str:
    """The address that the code fetches and runs something of; '' where it does not do both."""
    if not (_FETCHES.search(code) and _RUNS.search(code)):
        return ""
    found = _ADDRESS.search(code)
    return found[0] if found else "an address that it computes"


def _words(several: list[str], line: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    if len(several) > 1:
        # sys.executable stands before it.
        yield line, ("python", *several) if several[0] == "-m" else tuple(several)
