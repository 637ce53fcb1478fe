import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read

HEAD = 'Gem::Specification.new do |s|\n  s.name = "me"\n'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("s.add_dependency 'a', '~> 1'", ["a ~> 1 runtime"], id="a dependency"),
        pytest.param(
            's.add_runtime_dependency(%q<a>.freeze, [">= 1".freeze, "< 3".freeze])',
            ["a >= 1, < 3 runtime"],
            id="the form that packaged gems have",
        ),
        pytest.param('s.add_development_dependency "a"', ["a - dev"], id="one for development"),
        pytest.param(
            's.add_dependency "a", VERSION',
            ["a - runtime +dynamic"],
            id="a version that is computed",
        ),
    ],
)
def test_reads(line: str, expected: list[str]) -> None:
    assert dependencies("gemspec", f"{HEAD}  {line}\nend\n") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(
            "s.add_dependency name", ["dynamic gemspec s.add_dependency name"], id="a computed name"
        ),
        pytest.param(
            's.extensions = ["ext/extconf.rb"]',
            ['install-script extensions ["ext/extconf.rb"]'],
            id="code that is run at installation",
        ),
    ],
)
def test_reads_options(line: str, expected: list[str]) -> None:
    assert options("gemspec", f"{HEAD}  {line}\nend\n") == expected


def test_the_gem_itself_is_its_own() -> None:
    assert read("gemspec", f"{HEAD}end\n").own == {"me"}


def test_text_without_a_specification_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("gemspec", "puts 1\n")
