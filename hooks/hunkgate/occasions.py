"""The occasions of a judgement: each is reduced to the commits or the index to judge and to the policies that judge them."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hunkgate import approvals, policies
from hunkgate.errors import GitError
from hunkgate.git import Repository
from hunkgate.model import Change
from hunkgate.policy import Policy

_BRANCHES = "refs/heads/"
_NOTES = "refs/notes/"
_REPLACEMENTS = "refs/replace/"
_SYMBOLIC = "ref:"
_USUAL = (f"{_BRANCHES}main", f"{_BRANCHES}master")
# Where git looks for a name, in its own order (gitrevisions(7)), and what may follow one.
_PLACES = ("refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_SUFFIX = re.compile(r"[~^:]|@\{")
_SHORT_ID = re.compile(r"[0-9a-fA-F]{4,39}")
_NOTED = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHOWN = 200  # characters of a line that is not understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One thing to judge: what is staged (``head`` None), or the commits that ``head`` reaches and none of ``exclude`` does.

    ``base`` is the commit whose policy judges and from which the net change is taken, None before the first commit and for the first push
    to an empty remote. ``net`` says whether the whole is judged beside each commit; ``direct`` takes it from ``base`` itself
    where history was rewritten, not from the merge base.
    """

    name: str
    policies: tuple[Policy, ...]
    base: str | None = None
    head: str | None = None
    exclude: tuple[str, ...] = ()
    net: bool = True
    direct: bool = False

    @property
    def enrolling(self) -> bool:
        """Whether there is nothing yet that could judge: no base at all, and so no policy in it."""
        return self.base is None and not any(policy.file for policy in self.policies)

    @property
    def range(self) -> str:
        """The range as ``hunkgate approve --range`` takes it: as it was asked for, or of a push; '' where there is none."""
        if self.head is None or self.base is None:
            return ""
        # No name of a ref holds two dots (git-check-ref-format(1)): this one is a range that was asked for.
        return self.name if ".." in self.name else f"{self.base}..{self.head}"

    def changes(self, repository: Repository) -> Iterator[Change]:
        """Everything that is judged: each commit by itself, so that nothing hides between two, then the net change."""
        if self.head is None:
            yield repository.staged()
            return
        yield from repository.commits(self.exclude, self.head)
        if self.net:
            yield self.whole(repository)

    def whole(self, repository: Repository, *, counted: bool = True) -> Change:
        """The one change that the occasion brings in all; for what is staged with all that a merge takes over.

        Without ``counted`` its lines are not counted.
        """
        if self.head is None:
            return repository.staged(whole=True, counted=counted)
        if self.base is None:
            return repository.between(repository.empty_tree, self.head, counted=counted)
        between = repository.between if self.direct else repository.net
        return between(self.base, self.head, counted=counted)


def staged(repository: Repository) -> Occasion:
    """What ``git commit`` would record now."""
    head = repository.object("HEAD^{commit}")
    return Occasion(
        name="staged", policies=policies.staged(repository), base=head[0] if head else None
    )


def ranged(repository: Repository, text: str) -> Occasion:
    """``A..B``: what B brings over A under A's policy. Raises GitError where one is missing: no base is never an empty base."""
    before, dots, after = text.partition("..")
    if not dots or after.startswith("."):
        raise GitError(
            f"{text} is not a range", remedy="write --range A..B, such as --range origin/main..HEAD"
        )
    name = before or "HEAD"
    base, head = _named(repository, name), _named(repository, after or "HEAD")
    label = "base" if re.fullmatch(r"[0-9a-f]{7,64}", name) else name
    return Occasion(
        name=text,
        policies=(policies.of_commit(repository, base, label),),
        base=base,
        head=head,
        exclude=(base,),
    )


def framework(repository: Repository, env: Mapping[str, str] | None = None) -> Occasion | None:
    """A push as pre-commit and prek hand it to a hook (the first ref alone); None where their variables name none."""
    env = os.environ if env is None else env
    head = env.get("PRE_COMMIT_TO_REF") or env.get("PRE_COMMIT_SOURCE")
    base = env.get("PRE_COMMIT_FROM_REF") or env.get("PRE_COMMIT_ORIGIN")
    if head and base:
        return ranged(repository, f"{commit(repository, base)}..{commit(repository, head)}")
    # A root commit pushed to an empty remote: pre-commit names no refs but the branch, prek only the tip.
    first = head or (
        env.get("PRE_COMMIT_LOCAL_BRANCH") if env.get("PRE_COMMIT_REMOTE_URL") else None
    )
    return None if not first else _onto_nothing(repository, first, commit(repository, first))


def pushed(
    repository: Repository, remote: str, lines: bytes, *, address: str = ""
) -> tuple[Occasion, ...]:
    """A push, from what git gives a pre-push hook: ``local-ref local-id remote-ref remote-id`` lines (githooks(5)).

    ``address`` is where the push goes, as the hook was given it: by the name of the remote git may fetch from elsewhere.

    The base is the remote's own word: the id it reports for the ref, and for a new ref its default branch, asked with ls-remote.
    """
    updates = [
        (remote_ref, remote_id, local_id)
        for _ref, local_id, remote_ref, remote_id in _fields(lines, 4)
    ]
    protected = _reported(repository, remote, address or remote) if updates else None
    return tuple(
        found
        for ref, old, new in updates
        if (found := _updated(repository, ref, old, new, protected)) is not None
    )


def received(repository: Repository, lines: bytes) -> tuple[Occasion, ...]:
    """A push as the server sees it, from what git gives a pre-receive hook: ``old-id new-id ref`` lines (githooks(5))."""
    head = repository.object("HEAD^{commit}")
    name = (
        repository.run("symbolic-ref", "--quiet", "HEAD", statuses=(0, 1))
        .decode("utf-8", "surrogateescape")
        .strip()
    )
    protected = (name, head[0]) if head and name else _fallback(_branches(repository))
    return tuple(
        found
        for old, new, ref in _fields(lines, 3)
        if (found := _updated(repository, ref, old, new, protected)) is not None
    )


def transaction(repository: Repository, lines: bytes) -> tuple[Occasion, ...]:
    """A local ref update, from what git gives a reference-transaction hook: ``old-id new-id ref`` lines (githooks(5)).

    Since git 2.46 a side may also be ``ref:NAME``, where a ref is made to name another. That HEAD names another branch is nothing to
    judge; any other ref that becomes a name is judged by what it then shows. Only commits that no remote is known to have are judged, each by itself, under the policy of the protected branch as last
    fetched; where there is none, under the old tip's, and for a new branch under HEAD's.
    """
    updates = {
        ref: (_pointed(repository, old), _pointed(repository, new))
        for old, new, ref in _fields(lines, 3)
        if _given(new) and not (ref == "HEAD" and new.startswith(_SYMBOLIC + _BRANCHES))
    }
    for ref in updates:
        _replaces_nothing(ref)
    branches = {ref: ids for ref, ids in updates.items() if ref.startswith(_BRANCHES)}
    if not branches and "HEAD" in updates:
        branches = {"HEAD": updates["HEAD"]}
    if not branches:
        return ()
    base = policies.protected_tip(repository, "")
    # What a remote has was judged when it was pushed there; without one only what the old tip, or another branch, already had.
    remote_tips = _tips(repository, "refs/remotes/")
    found = []
    for ref, (said, new) in branches.items():
        if not _given(new):
            continue  # it names a ref that is not there yet
        # `git update-ref REF NEW` does not say what the old tip is: git then gives zeros for a ref that is there.
        old = said if _given(said) else _tip(repository, ref)
        known = base[1] if base else (old or _tip(repository, "HEAD"))
        if not known:
            continue
        found.append(
            Occasion(
                name=ref,
                policies=(
                    policies.of_commit(
                        repository, known, base[0] if base else ref.removeprefix(_BRANCHES)
                    ),
                ),
                base=known,
                head=new,
                exclude=remote_tips or ((old,) if old else _tips(repository, _BRANCHES)),
                net=False,
            )
        )
    return tuple(found)


def _pointed(repository: Repository, value: str) -> str:
    """The id that one side of a ref update stands for; '' for a name of a ref that is not there. An id stands for itself."""
    return _tip(repository, value.removeprefix(_SYMBOLIC)) if value.startswith(_SYMBOLIC) else value


def _tip(repository: Repository, ref: str) -> str:
    """The commit that a ref names now, '' where there is none."""
    found = repository.object(f"{ref}^{{commit}}")
    return found[0] if found else ""


def _tips(repository: Repository, below: str) -> tuple[str, ...]:
    listed = repository.run("for-each-ref", "--format=%(objectname)", below)
    return tuple(dict.fromkeys(listed.decode("ascii").split()))


def commit(repository: Repository, name: str) -> str:
    """The id of the commit that a revision names. Raises GitError where there is none here."""
    found = repository.resolve(name)
    if found is None:
        raise GitError(
            f"{name} is not a commit in this repository",
            remedy="fetch it; a shallow clone needs git fetch --unshallow (in CI: fetch-depth: 0)",
        )
    return found


def _named(repository: Repository, revision: str) -> str:
    """The commit that one end of a range names.

    Raises GitError where refs in several places bear the name: git would take the first, which may be a tag that came with the branch.
    """
    found = commit(repository, revision)
    name = _SUFFIX.split(revision, maxsplit=1)[0]
    if name == "HEAD" or name.startswith("refs/"):
        return found
    places = {place.format(name) for place in _PLACES}
    tips = {place: tip for place in sorted(places) if (tip := _tip(repository, place))}
    short = _SHORT_ID.fullmatch(name)
    if len(set(tips.values())) > 1 or (tips and short and not found.startswith(name.lower())):
        raise GitError(
            f"{name} names several things: {', '.join(tips)}{' and an object' if short else ''}",
            remedy="write the whole name of the ref, such as refs/remotes/origin/main, or the whole id",
        )
    return found


def _updated(
    repository: Repository, ref: str, old: str, new: str, protected: tuple[str, str] | None
) -> Occasion | None:
    if ref == approvals.NOTES and _given(old):
        _keeps_approvals(repository, commit(repository, old), new)
    if not _given(new):
        if protected is not None and ref == protected[0]:
            raise GitError(
                f"{ref} is the protected branch: without it the next push would begin anew",
                remedy="make another branch the default one on the server first",
            )
        return None
    _replaces_nothing(ref)
    tip = commit(repository, new)
    if ref.startswith(_NOTES) and _only_notes(repository, old, tip):
        return None
    if _given(old):
        base = commit(repository, old)
        exclude = tuple(dict.fromkeys((base, *((protected[1],) if protected else ()))))
        guarded = protected is not None and ref == protected[0]
        rewritten = repository.merge_base(base, tip) != base
        # A branch that was rebased, or that took the protected branch in, brings along what that one gained meanwhile: its own part
        # starts there, and is judged as a new branch is, with the approvals of all its commits. A protected branch that is rewritten
        # is held against what it was: going back is a change, too.
        start = base
        if (
            protected is not None
            and not guarded
            and (rewritten or _gains(repository, protected[1], base, tip))
        ):
            start, exclude = protected[1], (protected[1],)
        judging = [policies.of_commit(repository, base, ref.removeprefix(_BRANCHES))]
        if protected is not None and protected[1] != base:
            judging.append(
                policies.of_commit(repository, protected[1], protected[0].removeprefix(_BRANCHES))
            )
        return Occasion(
            name=ref,
            policies=policies.distinct(judging),
            base=start,
            head=tip,
            exclude=exclude,
            direct=rewritten and guarded,
        )
    if protected is None:
        return _onto_nothing(repository, ref, tip)
    name, base = protected
    return Occasion(
        name=ref,
        policies=(policies.of_commit(repository, base, name.removeprefix(_BRANCHES)),),
        base=base,
        head=tip,
        exclude=(base,),
    )


def _gains(repository: Repository, protected: str, old: str, new: str) -> bool:
    """Whether the new tip holds more of the protected branch than the old one did."""
    return repository.merge_base(protected, new) != repository.merge_base(protected, old)


def _replaces_nothing(ref: str) -> None:
    """Raises GitError for a ref that shows another object than the stored one (git-replace(1)), to all but those who take care."""
    if ref.startswith(_REPLACEMENTS):
        raise GitError(
            f"{ref} would show other content than what is stored",
            remedy="use git commit --amend or a rebase instead",
        )


def _onto_nothing(repository: Repository, name: str, head: str) -> Occasion:
    empty = policies.of_tree(repository.no_tree(), "an empty remote")
    return Occasion(name=name, policies=(empty,), head=head)


def _reported(repository: Repository, remote: str, address: str) -> tuple[str, str] | None:
    """The remote's default branch and its tip, as the remote says now; None for an empty remote.

    Raises GitError where the remote cannot be asked or its tip is not here.
    """
    output = repository.run("ls-remote", "--symref", "--end-of-options", address, "HEAD").decode(
        "utf-8", "surrogateescape"
    )
    name = id_ = ""
    for line in output.split("\n"):
        fact, _tab, what = line.partition("\t")
        if what != "HEAD":
            continue
        if fact.startswith("ref: "):
            name = fact.removeprefix("ref: ")
        else:
            id_ = fact
    if not id_:
        listed = repository.run("ls-remote", "--heads", "--end-of-options", address)
        found = _fallback(_pairs(listed, "\t"))
        if found is None:
            return None
        name, id_ = found
    if repository.resolve(id_) is None:
        raise GitError(
            f"the remote's default branch is at {id_[:7]}, which is not here",
            remedy=f"git fetch {remote}",
        )
    return name or "HEAD", id_


def _fallback(branches: Mapping[str, str]) -> tuple[str, str] | None:
    """The branch that stands for the default one where HEAD leads to none: by its usual names, else the first; None without any.

    A bare repository made by ``git init`` has such a HEAD until somebody sets it, and it is not an empty one.
    """
    name = next((one for one in _USUAL if one in branches), min(branches, default=""))
    return (name, branches[name]) if name else None


def _branches(repository: Repository) -> Mapping[str, str]:
    listed = repository.run("for-each-ref", "--format=%(objectname) %(refname)", _BRANCHES)
    return _pairs(listed, " ")


def _pairs(lines: bytes, between: str) -> Mapping[str, str]:
    """Refs and their ids, from lines of ``id ref``."""
    # A name may hold what str.splitlines takes for a line end.
    listed = filter(None, lines.decode("utf-8", "surrogateescape").split("\n"))
    return {ref: id_ for id_, ref in (line.split(between) for line in listed)}


def _only_notes(repository: Repository, old: str, tip: str) -> bool:
    """Whether the trees of new commits hold nothing but notes: files named by object ids, as git fans them out."""
    return all(
        _NOTED.fullmatch(note)
        for one in repository.log((old,) if _given(old) else (), tip)
        for note in _noted(repository, one.id)
    )


def _keeps_approvals(repository: Repository, old: str, new: str) -> None:
    """Raises GitError where notes lose an approval line: that it was used would be known no more."""
    kept = _noted(repository, commit(repository, new)) if _given(new) else {}
    for noted, blob in _noted(repository, old).items():
        if kept.get(noted) != blob:
            left = _lines(repository, kept[noted]) if noted in kept else frozenset()
            if not _lines(repository, blob) <= left:
                raise GitError(
                    f"this takes approvals out of the notes on {noted[:7]}",
                    remedy=f"add to them: git fetch origin {approvals.NOTES}, git notes merge, and push again",
                )


def _noted(repository: Repository, notes: str) -> dict[str, str]:
    """The blobs of notes by the id of what they are on, however git fans the folders out."""
    entries = repository.tree(notes).entries()
    return {path.replace("/", ""): entry.blob for path, entry in entries.items()}


def _lines(repository: Repository, note: str) -> frozenset[str]:
    return frozenset(approvals.lines(repository.read(note).decode("utf-8", "surrogateescape")))


def _given(id_: str) -> bool:
    """Whether an id stands for an object: git writes zeros for a ref that does not exist."""
    return bool(id_.strip("0"))


def _fields(lines: bytes, count: int) -> list[tuple[str, ...]]:
    found = []
    for line in filter(None, lines.decode("utf-8", "surrogateescape").split("\n")):
        fields = tuple(line.split(" "))
        if len(fields) != count:
            raise GitError(
                f"git's hook gave a line that is not understood: {line[:_SHOWN]!r}",
                remedy="reinstall the hooks: hunkgate install",
            )
        found.append(fields)
    return found
