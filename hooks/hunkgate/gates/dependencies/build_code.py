"""What a setup.py runs by itself: its command classes, and calls that start programs, fetch, or run text as code.

Source: setuptools documentation, "Extending or Customizing Setuptools"; the standard library's references of os, subprocess and urllib.
Read: ``cmdclass``, ``distclass``, ``cffi_modules``, entry points of distutils, and such calls anywhere in the file, each with the packages that its literal
command installs. Not read: what imported modules do, and what else the code of a command class does: most of its edits build the project and nothing more.
"""

import ast
import re
from collections.abc import Iterator

from hunkgate.gates.dependencies import install_commands, pypi
from hunkgate.gates.dependencies.dependency import Dependency, Option
from hunkgate.gates.dependencies.python_values import Names

_KEYS = frozenset({"cmdclass", "distclass", "cffi_modules"})
_ENTRIES = re.compile(r"['\"](?:distutils\.|setuptools\.|egg_info\.)[\w.]+['\"]")
_RUNS = re.compile(
    r"(?:os\.)?(?:system|popen|startfile|exec[lv]\w*|spawn[lv]\w*|posix_spawn\w*)|pty\.spawn|runpy\.\w+"
    r"|(?:\w+\.)*(?:Popen|check_call|check_output|getoutput|getstatusoutput)|(?:subprocess|sp|sub)\.(?:run|call)"
    r"|exec|eval|__import__"
)
_FETCHES = re.compile(
    r"(?:\w+\.)*(?:urlopen|urlretrieve|create_connection)|(?:requests|httpx|urllib3)\.\w+|socket\.socket|ftplib\.\w+|(?:\w+\.)*HTTPS?Connection"
    r"|(?:base64\.)?(?:b64decode|b32decode|a85decode|b85decode)|(?:marshal|pickle)\.loads|ctypes\.CDLL|ctypes\.cdll\.\w+"
)
# Code of the repository itself, mostly a version, and what git says of it.
_OWN = re.compile(r"\bopen\(|\.read\(|\.read_text\(|\.read_bytes\(")
# How a maintainer builds and uploads a release; nobody's installation does.
_RELEASES = re.compile(
    r"\bsetup\.py['\"\s,]+(?:sdist|bdist|register|upload|build|check)|\btwine\b|\bgit['\"\s,]+(?:tag|push)\b"
)
_GIT = re.compile(r"\[?\s*\(?['\"]git['\"\s]+,?\s*['\"]?(?:describe|rev-parse|rev-list|log|show|status|ls-files|diff|tag|branch|config)\b")  # fmt: skip


def keywords(key: str, value: ast.expr) -> Iterator[Option]:
    """The option of a keyword argument of ``setup`` that names code."""
    text = ast.unparse(value)
    if key in _KEYS or (key == "entry_points" and _ENTRIES.search(text)):
        yield _option(key, text, value.lineno)


def calls(names: Names) -> Iterator[Dependency | Option]:
    """What the calls of the file start, fetch or run."""
    for call in names.calls:
        called = ast.unparse(call.func) if isinstance(call.func, (ast.Name, ast.Attribute)) else ""
        fetches = _FETCHES.fullmatch(called) is not None
        if not fetches and not _RUNS.fullmatch(called):
            continue
        text = ast.unparse(call)
        if called in ("exec", "eval", "__import__") and _OWN.search(text) and "://" not in text:
            continue
        arguments = ", ".join(ast.unparse(one) for one in call.args)
        if _GIT.match(arguments) or _RELEASES.search(arguments):
            continue
        yield _option(f"call of {called}", text, call.lineno)
        if not fetches:
            dependencies, options = install_commands.read_code(text, line=call.lineno)
            yield from dependencies
            yield from options


def _option(name: str, text: str, line: int) -> Option:
    return Option(
        ecosystem=pypi.ECOSYSTEM, name=name, value=text, signal="install-script", line=line
    )
