import pytest

from hunkgate.gates.dependencies.dependency import UnreadableError
from readings import dependencies, options, read


def mix(entry: str) -> str:
    return f'defmodule M do\n  defp deps do\n    [\n      {entry}\n    ]\n  end\n\n  defp other do\n    [{{:no, "1"}}]\n  end\nend\n'


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param('{:a, "~> 1.0"} # {:no, "1"}', ["a ~> 1.0 runtime"], id="a package"),
        pytest.param(
            '{:a, ">= 0.0.0", only: [:dev, :test], runtime: false}',
            ["a >= 0.0.0 dev"],
            id="for development",
        ),
        pytest.param(
            '{:a, git: "https://git.example/a.git", tag: "v1"}',
            ["a - runtime git:git.example/a@v1/tag"],
            id="a repository",
        ),
        pytest.param(
            '{:a, "~> 1", [github: "x/a", branch: "main"]}',
            ["a ~> 1 runtime git:github.com/x/a@main/branch"],
            id="options in a list",
        ),
        pytest.param('{:a, path: "../a"}', ["a - runtime path:../a"], id="a folder"),
        pytest.param(
            "{:a, in_umbrella: true}", ["a - runtime workspace:"], id="a part of the project"
        ),
        pytest.param(
            '{:a, "~> 1", hex: :real, override: true}',
            ["real ~> 1 runtime +alias +override"],
            id="another name",
        ),
        pytest.param(
            "{:a, version()}", ["a - runtime +dynamic"], id="a requirement that is computed"
        ),
    ],
)
def test_reads(entry: str, expected: list[str]) -> None:
    assert dependencies("mix-exs", mix(entry)) == expected


def test_reads_a_list_without_a_function() -> None:
    content = 'defmodule M do\n  def project do\n    [app: :m, deps: [\n      {:a, "1"}],\n     x: {:no, "1"}]\n  end\nend\n'
    assert dependencies("mix-exs", content) == ["a 1 runtime"]


def test_names_from_a_loop_are_dynamic() -> None:
    assert options("mix-exs", mix('for n <- names(), do: {n, "1"}'))[0].startswith("dynamic deps")


def test_text_without_a_module_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read("mix-exs", "hello\n")
