"""Whether a change concerns dependencies at all: most do not, and then nothing else of this gate is even loaded."""

from hunkgate.gates.dependencies import formats
from hunkgate.gates.dependencies.settings import DependencySettings
from hunkgate.globs import parse
from hunkgate.model import GITLINK, SYMLINK, Change, FileChange

# A file of these names is never taken for an include of a requirements file, so that an everyday change does not cost a walk through
# the trees. The line that includes a file is a finding of its own (include-added), whatever the file is called.
NEVER_INCLUDED = (
    *(".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".vue", ".css", ".scss", ".html", ".md", ".rst", ".adoc"),
    *(".c", ".h", ".cc", ".cpp", ".hpp", ".rs", ".go", ".java", ".kt", ".scala", ".rb", ".php", ".swift", ".ex", ".exs", ".cs"),
    *(".json", ".yml", ".yaml", ".toml", ".xml", ".svg", ".png", ".jpg", ".gif", ".ico", ".pdf", ".woff2", ".sh", ".ipynb"),
    *(".po", ".pot", ".lock", ".sql", ".csv", ".gitignore", ".gitattributes", ".snap", ".map"),
)  # fmt: skip


def concerns(change: Change, settings: DependencySettings) -> bool:
    """False only where the survey would find nothing. Reads contents only of files that are a format by a mark in them."""
    return any(_concerns(change, file, settings) for file in change.files)


def _concerns(change: Change, file: FileChange, settings: DependencySettings) -> bool:
    if GITLINK in (file.base_mode, file.head_mode):
        return True
    for path in file.touched:
        if not path.lower().endswith(NEVER_INCLUDED):
            return True
        if any(parse((pattern,)).covers(path) for pattern, _format in settings.files):
            return True
        for one in formats.of(path):
            if (
                not one.marker
                or SYMLINK in (file.base_mode, file.head_mode)
                or any(
                    one.marker in content for content in (change.before(file), change.after(file))
                )
            ):
                return True
    return False
