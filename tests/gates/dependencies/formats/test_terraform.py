"""Terraform configurations: modules and providers, and what only looks like them."""

import pytest

from readings import dependencies, options


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('module "m" {\n  source = "a/b/c"\n  version = "1.0"\n}\n', ["a/b/c 1.0 runtime"], id="a module of the registry"),
        pytest.param('module "m" {\n  source = "a/b/c//modules/x"\n}\n', ["a/b/c - runtime"], id="a folder of a module"),
        pytest.param('module "m" {\n  source = "registry.example/a/b/c"\n}\n', ["registry.example/a/b/c - runtime"], id="a registry by its host"),
        pytest.param('module "m" { source = "./x" }\n', [], id="a module of the repository"),
        pytest.param('module "m" {\n  source = "git::https://git.example/a.git//x?depth=1&ref=v1.0.0"\n}\n', ["git.example/a v1.0.0 runtime git:git.example/a@v1.0.0/tag"], id="a repository at a tag"),
        pytest.param('module "m" {\n  source = "github.com/A/b?ref=main"\n}\n', ["github.com/a/b main runtime git:github.com/a/b@main/branch"], id="a forge that needs no scheme"),
        pytest.param('module "m" {\n  source = "git@git.example:a/b.git"\n}\n', ["git.example/a/b git@git.example:a/b.git runtime git:git.example/a/b"], id="a repository by ssh"),
        pytest.param('module "m" {\n  source = "https://e.example/m.zip"\n}\n', ["e.example/m.zip https://e.example/m.zip runtime url:e.example/m.zip"], id="an archive"),
        pytest.param('module "m" {\n  source = "s3::https://e.example/m.zip"\n}\n', ["e.example/m.zip s3::https://e.example/m.zip runtime url:e.example/m.zip"], id="an archive in a store"),
        pytest.param('terraform {\n  required_providers {\n    x = { source = "a/x", version = "~> 1" }\n  }\n}\n', ["a/x ~> 1 runtime"], id="a provider on one line"),
        pytest.param('terraform {\n  required_providers {\n    x = {\n      version = ">= 1"\n    }\n  }\n}\n', ["hashicorp/x >= 1 runtime"], id="a provider of the default namespace"),
        pytest.param('terraform {\n  required_providers {\n    x = "~> 2.0"\n  }\n}\n', ["hashicorp/x ~> 2.0 runtime"], id="a provider as it was written first"),
        pytest.param('# module "m" { source = "a/b/c" }\n/* module "n" {\n source = "a/b/c"\n} */\n', [], id="comments"),
        pytest.param('x = <<-EOT\n  module "m" { source = "a/b/c" }\n  EOT\nmodule "n" { source = "d/e/f" }\n', ["d/e/f - runtime"], id="a here-document"),
        pytest.param('resource "x" "y" {\n  source = "a/b/c"\n}\n', [], id="another block"),
        pytest.param('module "m" {\n  source = "a/b/c"', ["a/b/c - runtime"], id="a block that never ends"),
    ],
)  # fmt: skip
def test_what_a_configuration_takes(content: str, expected: list[str]) -> None:
    assert dependencies("terraform", content, "main.tf") == expected


@pytest.mark.parametrize("source", ["var.source", '"git::${var.host}/x"', "local.x"])
def test_a_computed_source_is_shown(source: str) -> None:
    (found,) = options("terraform", f'module "m" {{\n  source = {source}\n}}\n', "main.tf")
    assert found.startswith("dynamic module m ")


def test_terragrunt_names_its_module_in_the_terraform_block() -> None:
    content = 'terraform {\n  source = "git::https://git.example/a.git?ref=v1"\n}\n'
    assert dependencies("terraform", content, "live/terragrunt.hcl") == [
        "git.example/a v1 runtime git:git.example/a@v1/tag"
    ]
    assert dependencies("terraform", content, "main.tf") == []
