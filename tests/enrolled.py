"""A repository whose base has a policy with signers, and lines that an attacker could write himself."""

import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from gitfolder import Folder, Ran
from hunkgate import approvals, occasions, signing
from hunkgate.approvals import Item, Statement
from hunkgate.commands import approve
from hunkgate.git import open_repository

ALICE, BOB = "alice@example.com", "bob@example.com"
SIGNERS = ".hunkgate/allowed_signers"
POLICY = f"""
repository = "example/app"
[paths]
review = ["infra/"]
[approvals]
signers = "{SIGNERS}"
"""


def key(folder: Path, name: str) -> Path:
    """A new key pair."""
    made = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(made)], check=True
    )
    return made


def listed(one: Path, principal: str = ALICE) -> str:
    """The signers file's line for a key."""
    kind, blob = Path(f"{one}.pub").read_text().split()[:2]
    return f'{principal} namespaces="hunkgate" {kind} {blob}\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """The branch ``work`` of a repository whose ``main`` lists alice (``human``) and not ``agent``."""

    folder: Folder
    human: Path
    agent: Path
    environment: dict[str, str] = field(default_factory=dict)

    def staged(self, content: str = "replicas: 3\n", path: str = "infra/prod.yaml") -> "Enrolled":
        """With a change staged that needs an approval."""
        self.folder.stage({path: content})
        return self

    def approve(self, *arguments: str, by: Path | None = None, name: str = ALICE) -> str:
        """The line that ``hunkgate approve --print`` gives."""
        what = arguments or ("--all", "--staged")
        ran = self.run("approve", *what, "--key", str(by or self.human), "--as", name, "--print")
        assert ran.code == 0, ran.err
        return ran.out.strip()

    def items(self) -> tuple[Item, ...]:
        """The items of what is staged."""
        repository = open_repository(self.folder.path)
        _, seen = approve.approvable(repository, occasions.staged(repository))
        return tuple(one.item for one in seen)

    def forged(self, *items: Item, by: Path | None = None, **changed: object) -> str:
        """A line that says what an attacker likes, properly signed by a key."""
        said = Statement(
            nonce="0123456789abcdef01",
            repository="example/app",
            principal=ALICE,
            made=int(time.time()),
            expires=int(time.time()) + 3600,
            reason="",
            items=items or self.items(),
        )
        content = approvals.encode(replace(said, **changed))  # type: ignore[arg-type]
        return approvals.to_line(content, signing.sign(content, by or self.human))

    def commit(self, *lines: str, title: str = "a change") -> str:
        """Commit what is staged with lines in the message, without hooks; gives the id."""
        return self.folder.commit(message="\n".join((title, "", *lines)))

    def run(self, *arguments: str) -> Ran:
        """Run hunkgate."""
        return self.folder.hunkgate(*arguments)

    def judged(self, range_: str = "main..work", *more: str) -> Ran:
        """``hunkgate check`` of a range."""
        return self.run("check", "--range", range_, *more)

    def drop_pending(self) -> None:
        """Forget what waits in git's own folder, as another clone would not have it."""
        for file in self.folder.path.glob(".git/hunkgate/approvals/*"):
            file.unlink()


def enrol(
    path: Path, human: Path, agent: Path, policy: str = POLICY, signers: Iterable[str] | None = None
) -> Enrolled:
    """A repository with its base on main, standing on the branch work."""
    path.mkdir(parents=True)
    folder = Folder(path)
    folder.git("init", "-q", "-b", "main")
    for name, value in (("user.name", "dev"), ("user.email", "dev@example.com")):
        folder.git("config", name, value)
    folder.commit(
        {
            "hunkgate.toml": policy,
            SIGNERS: "".join(signers if signers is not None else (listed(human),)),
            "infra/prod.yaml": "replicas: 1\n",
            "requirements.txt": "requests==2.31.0\n",
            "src/app.py": "x = 1\n",
        },
        message="base",
    )
    folder.git("checkout", "-q", "-b", "work")
    return Enrolled(folder=folder, human=human, agent=agent)
