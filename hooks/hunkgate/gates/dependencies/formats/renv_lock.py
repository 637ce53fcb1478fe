"""renv.lock: https://rstudio.github.io/renv/articles/lockfile.html.

Read: version, hash, repository or remote of every package, the addresses of the repositories. Not read: the version of R, what a package asks for.
"""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies import documents, lines, sources
from hunkgate.gates.dependencies.dependency import (
    Dependency,
    Option,
    Reading,
    RefKind,
    Source,
    SourceKind,
    UnreadableError,
)
from hunkgate.gates.dependencies.locks import record

_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}


def read(content: bytes, _path: str) -> Reading:
    """Every locked package. Raises UnreadableError."""
    document = documents.json_object(content)
    if "Packages" not in document:
        raise UnreadableError("no Packages")
    return Reading(
        dependencies=tuple(_packages(document, content)),
        options=tuple(_repositories(document, content)),
    )


def _packages(document: Mapping[str, object], content: bytes) -> Iterator[Dependency]:
    packages = documents.table_at(document, "Packages")
    places = lines.Forward(content)
    for name in packages:
        said = documents.table_at(packages, name)
        version, digest = documents.text_at(said, "Version"), documents.text_at(said, "Hash")
        if not name or not version:
            raise UnreadableError(f"{name!r} has no version")
        yield record(
            "cran",
            name,
            version,
            source=_source(said),
            hashes=frozenset((digest,)) if digest else frozenset(),
            line=places.line(f'"{name}": {{'),
        )


def _source(said: Mapping[str, object]) -> Source:
    kind = documents.text_if(said, "Source").lower()
    remote = documents.text_if(said, "RemoteType").lower()
    # A package of a repository may say what it was taken from there by, too.
    if kind in ("repository", "cran", "bioconductor"):
        return Source(locator=documents.text_if(said, "Repository") or kind)
    commit = documents.text_if(said, "RemoteSha")
    if url := documents.text_if(said, "RemoteUrl"):
        return sources.git(url, commit, RefKind.SHA if commit else None)
    if kind in _HOSTS or remote in _HOSTS:
        host = _HOSTS[kind if kind in _HOSTS else remote]
        own = documents.text_if(said, "RemoteHost").removeprefix("api.").partition("/")[0]
        names = (documents.text_if(said, key) for key in ("RemoteUsername", "RemoteRepo"))
        address = f"https://{host if own == host else own or host}/{'/'.join(names)}"
        return sources.git(address, commit, RefKind.SHA if commit else None)
    return Source(kind=SourceKind.PATH, locator=kind)


def _repositories(document: Mapping[str, object], content: bytes) -> Iterator[Option]:
    for table in ("R", "Bioconductor"):
        for one in documents.tables_at(document, table, "Repositories"):
            url = documents.text_if(one, "URL")
            yield Option(
                ecosystem="cran",
                name=f"repository {documents.text_if(one, 'Name')}",
                value=url,
                signal="registry-changed",
                line=documents.line_of_string(content, url),
            )
