"""CocoaPods: Podfiles and specifications, which are Ruby, and the lock, which is YAML."""

import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("pod 'A'", "A - runtime", id="a name"),
        pytest.param('pod("A", "~> 1.0", ">= 1.0.2")', "A ~> 1.0, >= 1.0.2 runtime", id="several requirements"),
        pytest.param("pod 'A/Core', '1.0'", "A 1.0 runtime +extras:Core", id="a subspec"),
        pytest.param("pod 'A', :subspecs => ['X', 'Y']", "A - runtime +extras:X,Y", id="subspecs of an option"),
        pytest.param("pod 'A', :git => 'https://h.example/a.git', :tag => '1.0'", "A - runtime git:h.example/a@1.0/tag", id="a tag"),
        pytest.param("pod 'A', git: 'https://h.example/a.git', branch: 'main'", "A - runtime git:h.example/a@main/branch", id="a branch"),
        pytest.param(f"pod 'A', :git => 'https://h.example/a.git', :commit => '{COMMIT}'", f"A - runtime git:h.example/a@{COMMIT}/sha", id="a commit"),
        pytest.param("pod 'A', :hg => 'https://h.example/a', :revision => '12'", "A - runtime git:h.example/a@12/branch", id="another kind of repository"),
        pytest.param("pod 'A', :path => '../A'", "A - runtime path:../A", id="a folder"),
        pytest.param("pod 'A', :podspec => 'https://h.example/A.podspec'", "A - runtime url:h.example/A.podspec", id="a specification elsewhere"),
        pytest.param("pod 'A', '1.0', :source => 'https://h.example/specs.git'", "A 1.0 runtime registry:h.example/specs", id="a repository of specifications"),
        pytest.param("pod 'A', VERSION", "A - runtime +dynamic", id="a computed version"),
    ],
)  # fmt: skip
def test_a_pod(statement: str, expected: str) -> None:
    assert dependencies("podfile", f"target 'T' do\n  {statement}\nend\n") == [expected]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("source 'https://h.example/specs.git'", ["registry-changed source https://h.example/specs.git"], id="a source"),
        pytest.param("plugin 'cocoapods-x', :a => 1", ["install-script plugin cocoapods-x"], id="a plugin"),
        pytest.param("pods.each { |p| pod p }", ["dynamic pod pods.each { |p| pod p }"], id="a computed name"),
        pytest.param("# pod 'A'", [], id="a comment"),
        pytest.param('raise "#{path} is missing. If you run pod install, do it later"', [], id="a message"),
        pytest.param('raise "#{pod name}"', ["dynamic pod #{pod name}"], id="what a message runs"),
        pytest.param("post_install do |installer|\n  pod = installer.pods\n  source = 'x'\nend", [], id="what only looks like one"),
    ],
)  # fmt: skip
def test_what_else_a_podfile_says(statement: str, expected: list[str]) -> None:
    assert dependencies("podfile", statement) == []
    assert options("podfile", statement) == expected


def test_subspecs_that_are_asked_for_alike_are_one() -> None:
    content = "pod 'A/Y', '1'\npod 'A/X', '1'\npod 'A/Z', '2'\n"
    assert dependencies("podfile", content) == [
        "A 1 runtime +extras:X,Y",
        "A 2 runtime +extras:Z",
    ]


def test_a_specification() -> None:
    content = "Pod::Spec.new do |s|\n  s.name = 'Own'\n  s.source = { :git => 'x' }\n  s.dependency 'A', '~> 1'\n  s.subspec('X') { |x| x.dependency 'Own/Y' }\n  s.ios.dependency 'B/C'\nend\n"
    assert dependencies("podspec", content, "Own.podspec") == [
        "A ~> 1 runtime",
        "B - runtime +extras:C",
    ]


def locked(rest: str, pod: str = "A (1.0)") -> list[str]:
    return dependencies("podfile-lock", f'PODS:\n  - "{pod}"\n{rest}COCOAPODS: 1.15.2\n')


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        pytest.param("", "A 1.0 lock", id="a version"),
        pytest.param("SPEC CHECKSUMS:\n  A: abcd\n", "A 1.0 lock #abcd", id="a checksum"),
        pytest.param("SPEC REPOS:\n  trunk:\n    - A\n", "A 1.0 lock", id="the default repository of specifications"),
        pytest.param("SPEC REPOS:\n  https://h.example/s.git:\n    - A\n", "A 1.0 lock registry:h.example/s", id="another one"),
        pytest.param("EXTERNAL SOURCES:\n  A:\n    :path: ../A\nSPEC CHECKSUMS:\n  A: abcd\n", "A - lock path:../A", id="a folder, whose specification is the project's"),
        pytest.param("EXTERNAL SOURCES:\n  A:\n    :podspec: ./A.podspec\nSPEC CHECKSUMS:\n  A: abcd\n", "A 1.0 lock url:./A.podspec #abcd", id="a specification in the repository"),
        pytest.param(f"EXTERNAL SOURCES:\n  A:\n    :git: https://h.example/a.git\n    :tag: 1.0\nCHECKOUT OPTIONS:\n  A:\n    :git: https://h.example/a.git\n    :commit: {COMMIT}\n", f"A 1.0 lock git:h.example/a@{COMMIT}/sha", id="the commit behind a tag"),
        pytest.param("EXTERNAL SOURCES:\n  A:\n    :git: https://h.example/a.git\n    :tag: 1.0\n", "A 1.0 lock git:h.example/a@1.0/tag", id="a tag alone"),
    ],
)  # fmt: skip
def test_a_locked_pod(rest: str, expected: str) -> None:
    assert locked(rest) == [expected]


def test_the_subspecs_of_a_locked_pod_are_one() -> None:
    content = (
        'PODS:\n  - A (1.0):\n    - A/X (= 1.0)\n  - "A/X+Y (1.0)"\n  - A/Z (1.0)\n  - B (2.0)\n'
    )
    assert dependencies("podfile-lock", content) == ["A 1.0 lock +extras:X+Y,Z", "B 2.0 lock"]


def test_a_lock_of_no_pods() -> None:
    assert dependencies("podfile-lock", "PODFILE CHECKSUM: abcd\n\nCOCOAPODS: 1.15.2\n") == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("podfile", "pod 'A'\0", id="no text"),
        pytest.param("podfile-lock", "- A\n", id="a list"),
        pytest.param("podfile-lock", "A: 1\n", id="no pods"),
        pytest.param("podfile-lock", "PODS: A\n", id="pods that are no list"),
        pytest.param("podfile-lock", "PODS:\n  - A\n", id="a pod without a version"),
        pytest.param("podfile-lock", "PODS:\n  - A (1):\n      - B\n    C (1):\n      - B\n", id="two pods in one"),
        pytest.param("podfile-lock", "PODS:\n  - A (1)\nEXTERNAL SOURCES:\n  A:\n    :ftp: x\n", id="a source of an unknown kind"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(name: str, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(name, content)
