import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('gem "a"\n', ["a - runtime"], id="a name alone"),
        pytest.param(
            "gem 'a', '~> 1.0', '>= 1.0.2' # why\n",
            ["a ~> 1.0, >= 1.0.2 runtime"],
            id="several requirements and a comment",
        ),
        pytest.param(
            'gem("a", ["> 1", "< 3"], require: false)\n',
            ["a > 1, < 3 runtime"],
            id="brackets and a list of requirements",
        ),
        pytest.param(
            'gem "a",\n    "~> 2",\n    require: "b"\n',
            ["a ~> 2 runtime"],
            id="a call over several lines",
        ),
        pytest.param(
            'gem "a", git: "https://git.example/x/a.git", tag: "v1.2"\n',
            ["a - runtime git:git.example/x/a@v1.2/tag"],
            id="a repository with a tag",
        ),
        pytest.param(
            'gem "a", :git => "git@git.example:x/a.git", :branch => "main"\n',
            ["a - runtime git:git.example/x/a@main/branch"],
            id="old style options and an address for ssh",
        ),
        pytest.param(
            'gem "a", github: "a"\n', ["a - runtime git:github.com/a/a"], id="a forge's short form"
        ),
        pytest.param('gem "a", path: "../a"\n', ["a - runtime path:../a"], id="a folder"),
        pytest.param(
            'gem "a", source: "https://registry.example/"\n',
            ["a - runtime registry:registry.example"],
            id="a registry of its own",
        ),
        pytest.param(
            'group :test, :development do\n  gem "a"\nend\ngem "b"\n',
            ["a - dev", "b - runtime"],
            id="a group ends where its block ends",
        ),
        pytest.param(
            'gem "a", group: :production\n',
            ["a - optional:production"],
            id="a group of another name",
        ),
        pytest.param(
            'git "https://git.example/x.git", ref: "'
            + "0" * 40
            + '" do\n  gem "a"\n  gem "b"\nend\n',
            [f"{name} - runtime git:git.example/x@{'0' * 40}/sha" for name in "ab"],
            id="a block that gives its gems their repository",
        ),
        pytest.param(
            'path "engines" do gem "e" end\n',
            ["e - runtime path:engines"],
            id="a block on one line",
        ),
        pytest.param(
            'gem "a"; gem "b" if x?\n', ["a - runtime", "b - runtime"], id="two on one line"
        ),
        pytest.param(
            'gem "a", ENV["A"] || "1"\n',
            ["a - runtime +dynamic"],
            id="a requirement that is computed",
        ),
        pytest.param(
            '=begin\ngem "a"\n=end\n__END__\ngem "b"\nruby "3"\n', [], id="text that is no code"
        ),
        pytest.param(
            "gem 'a', '#1'\n", ["a #1 runtime"], id="a number sign in a string is no comment"
        ),
    ],
)
def test_reads(content: str, expected: list[str]) -> None:
    assert dependencies("gemfile", content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            'source "https://registry.example/"\n',
            ["registry-changed source https://registry.example/"],
            id="the registry of all gems",
        ),
        pytest.param(
            '%w[a b].each do |name|\n  gem name, "1"\nend\n',
            ['dynamic Gemfile %w[a b].each do |name| / gem name, "1"'],
            id="names from a loop come with the list that the loop goes through",
        ),
        pytest.param('plugin "p", "1"\n', ["install-script plugin p"], id="a plugin runs at once"),
    ],
)
def test_reads_options(content: str, expected: list[str]) -> None:
    assert options("gemfile", content) == expected


def test_an_evaluated_file_is_included_from_beside_the_gemfile() -> None:
    assert read("gemfile", 'eval_gemfile "gems/more.rb"\n', "app/Gemfile").includes == (
        "app/gems/more.rb",
    )


def test_text_that_is_no_gemfile_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("gemfile", "hello world\n")


def test_many_calls_in_one_statement_are_read_once_each() -> None:
    assert len(read("gemfile", 'gem "a" ' * 20_000).dependencies) == 20_000
