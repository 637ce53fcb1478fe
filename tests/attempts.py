"""An author's attempts against a repository with a policy, judged as a range, in this process: quick enough for a table of many."""

from dataclasses import dataclass

from gitfolder import Folder
from hunkgate import occasions
from hunkgate.commands import check
from hunkgate.gates import GATES
from hunkgate.git import open_repository
from hunkgate.model import Verdict

POLICY = """
repository = "example/app"
[paths]
forbidden = ["secrets/*", "deploy/*"]
[size]
max-lines = 200
[approvals]
signers = ".hunkgate/allowed_signers"
"""
BASE = {
    "hunkgate.toml": POLICY,
    ".hunkgate/allowed_signers": "",
    "secrets/README": "keep\n",
    "deploy/prod.yaml": "replicas: 1\n",
    "requirements.txt": "requests==2.31.0\n",
    "src/app.py": "x = 1\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """A work tree on the branch ``work``, beside ``main`` with the policy."""

    folder: Folder

    def judged(self, range_: str = "main..work") -> Verdict:
        """The verdict of ``check --range``."""
        repository = open_repository(self.folder.path)
        gates = tuple(gate for gate in GATES if gate.name != "tests")
        return check.judged(repository, occasions.ranged(repository, range_), gates, None)

    def rules(self, range_: str = "main..work") -> set[str]:
        """The rules that refuse the range; a fault is "fault"."""
        verdict = self.judged(range_)
        return {one.rule for one in verdict.blocking} | {"fault" for _one in verdict.faults}


def attempts(folder: Folder) -> Attempts:
    """Commits the base into an empty repository."""
    folder.commit(BASE, "base")
    folder.git("checkout", "-q", "-b", "work")
    return Attempts(folder=folder)
