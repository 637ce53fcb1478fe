"""What the dependencies gate costs beside the parsers that it uses: ``python benchmarks/dependencies.py``.

A lock of 10,000 packages of which 100 change, staged in a temporary repository. Compared in one run, by turns: ``hunkgate dependencies
--staged`` against its own start-up (the same command where only a source file is staged) plus the bare parser reading both sides: json,
tomllib, PyYAML's C loader, ElementTree, and for a format that only its own tool has a parser for the shortest reader that keeps every entry with
its fields, a line at a time and without a check. Bar: 1.5 times. Arguments name the locks to try.
"""

import hashlib
import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PACKAGES, CHANGED, ROUNDS, BAR = 10_000, 100, 9, 1.5
COMMAND = [sys.executable, "-m", "hunkgate", "dependencies", "--staged", "--format", "json"]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def versions(moved: bool) -> list[tuple[str, str]]:
    """The packages before or after: of the hundred changes ninety are other versions, five packages go and five come."""
    found = []
    for n in range(PACKAGES):
        name, version, step = f"package-{n:05}", f"1.{n % 7}.0", n * CHANGED / PACKAGES
        if moved and step.is_integer():
            version = f"1.{n % 7}.1"
            if step % 20 == 3:
                continue
            if step % 20 == 7:
                found.append((f"newcomer-{n:05}", version))
                version = f"1.{n % 7}.0"
        found.append((name, version))
    return found


def package_lock(moved: bool) -> str:
    packages: dict[str, object] = {"": {"name": "x", "version": "1.0.0"}}
    for name, version in versions(moved):
        packages[f"node_modules/{name}"] = {
            "version": version,
            "resolved": f"https://registry.example/{name}/-/{name}-{version}.tgz",
            "integrity": f"sha512-{digest(name + version)}",
            "license": "MIT",
            "dependencies": {"package-00001": "^1.0.0"},
        }
    return json.dumps({"name": "x", "lockfileVersion": 3, "packages": packages}, indent=2)


def cargo_lock(moved: bool) -> str:
    return "version = 4\n\n" + "\n".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "registry+https://registry.example/index"\n'
        f'checksum = "{digest(name + version)}"\ndependencies = [\n "package-00001",\n]\n'
        for name, version in versions(moved)
    )


def uv_lock(moved: bool) -> str:
    return 'version = 1\nrequires-python = ">=3.11"\n\n' + "\n".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://registry.example/simple" }}\n'
        f'sdist = {{ url = "https://files.example/{name}-{version}.tar.gz", hash = "sha256:{digest(name + version)}", size = 1 }}\n'
        f'wheels = [\n    {{ url = "https://files.example/{name}-{version}-py3-none-any.whl", hash = "sha256:{digest(version + name)}", size = 1 }},\n]\n'
        for name, version in versions(moved)
    )


def pnpm_lock(moved: bool) -> str:
    return (
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies: {}\n\npackages:\n\n"
        + "\n".join(
            f"  {name}@{version}:\n    resolution: {{integrity: sha512-{digest(name + version)}}}\n    engines: {{node: '>=18'}}\n"
            for name, version in versions(moved)
        )
    )


def go_sum(moved: bool) -> str:
    return "".join(
        f"host.example/{name} v{version} h1:{digest(name + version)}\nhost.example/{name} v{version}/go.mod h1:{digest(version)}\n"
        for name, version in versions(moved)
    )


def yarn_lock(moved: bool) -> str:
    return "# yarn lockfile v1\n\n\n" + "\n".join(
        f'{name}@^1.0.0:\n  version "{version}"\n  resolved "https://registry.example/{name}/-/{name}-{version}.tgz#{digest(name)[:40]}"\n'
        f'  integrity sha512-{digest(name + version)}\n  dependencies:\n    package-00001 "^1.0.0"\n    package-00002 "^1.0.0"\n'
        for name, version in versions(moved)
    )


def berry_lock(moved: bool) -> str:
    return "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n" + "\n".join(
        f'"{name}@npm:^1.0.0":\n  version: {version}\n  resolution: "{name}@npm:{version}"\n  dependencies:\n    package-00001: "npm:^1.0.0"\n'
        f"  checksum: 10c0/{digest(name + version)}\n  languageName: node\n  linkType: hard\n"
        for name, version in versions(moved)
    )


def poetry_lock(moved: bool) -> str:
    return (
        "\n".join(
            f'[[package]]\nname = "{name}"\nversion = "{version}"\ndescription = "x"\noptional = false\npython-versions = ">=3.8"\n'
            f'files = [\n    {{file = "{name}-{version}.tar.gz", hash = "sha256:{digest(name + version)}"}},\n]\n'
            for name, version in versions(moved)
        )
        + '\n[metadata]\nlock-version = "2.1"\npython-versions = ">=3.8"\n'
    )


def pdm_lock(moved: bool) -> str:
    return '[metadata]\nlock_version = "4.5.0"\n\n' + "\n".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsummary = "x"\nfiles = [\n'
        f'    {{file = "{name}-{version}.tar.gz", hash = "sha256:{digest(name + version)}"}},\n]\n'
        for name, version in versions(moved)
    )


def pylock(moved: bool) -> str:
    return 'lock-version = "1.0"\ncreated-by = "x"\n\n' + "\n".join(
        f'[[packages]]\nname = "{name}"\nversion = "{version}"\nindex = "https://registry.example/simple"\n'
        f'sdist = {{ url = "https://files.example/{name}-{version}.tar.gz", hashes = {{ sha256 = "{digest(name + version)}" }} }}\n'
        for name, version in versions(moved)
    )


def pipfile_lock(moved: bool) -> str:
    default = {
        name: {"hashes": [f"sha256:{digest(name + version)}"], "version": f"=={version}"}
        for name, version in versions(moved)
    }
    sources = [{"name": "main", "url": "https://registry.example/simple", "verify_ssl": True}]
    meta = {"hash": {"sha256": "x"}, "pipfile-spec": 6, "sources": sources}
    return json.dumps({"_meta": meta, "default": default, "develop": {}}, indent=4)


def composer_lock(moved: bool) -> str:
    packages = [
        {
            "name": f"vendor/{name}",
            "version": version,
            "source": {"type": "git", "url": f"https://host.example/vendor/{name}.git", "reference": digest(name + version)[:40]},
            "dist": {"type": "zip", "url": f"https://host.example/vendor/{name}/{version}.zip", "reference": digest(name + version)[:40], "shasum": ""},
            "require": {"php": ">=8.1"},
            "type": "library",
            "notification-url": "https://registry.example/downloads/",
            "license": ["MIT"],
        }
        for name, version in versions(moved)
    ]  # fmt: skip
    return json.dumps({"content-hash": "x", "packages": packages, "packages-dev": []}, indent=4)


def bun_lock(moved: bool) -> str:
    return (
        '{\n  "lockfileVersion": 1,\n  "workspaces": {\n    "": {},\n  },\n  "packages": {\n'
        + "\n".join(
            f'    "{name}": ["{name}@{version}", "", {{ "dependencies": {{ "package-00001": "^1" }} }}, "sha512-{digest(name + version)}"],\n'
            for name, version in versions(moved)
        )
        + "  }\n}\n"
    )


def gemfile_lock(moved: bool) -> str:
    return (
        "GEM\n  remote: https://registry.example/\n  specs:\n"
        + "".join(
            f"    {name} ({version})\n      package-00001 (~> 1.0)\n"
            for name, version in versions(moved)
        )
        + "\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  package-00001\n\nBUNDLED WITH\n   2.5.0\n"
    )


def gradle_lockfile(moved: bool) -> str:
    return "".join(
        f"group.example:{name}:{version}=compileClasspath,runtimeClasspath\n"
        for name, version in versions(moved)
    )


def mix_lock(moved: bool) -> str:
    return (
        "%{\n"
        + "".join(
            f'  "{name}": {{:hex, :"{name}", "{version}", "{digest(name + version)}", [:mix], [{{:other, "~> 1.0", [hex: :other, repo: "hexpm", optional: false]}}], "hexpm", "{digest(version + name)}"}},\n'
            for name, version in versions(moved)
        )
        + "}\n"
    )


def verification_metadata(moved: bool) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<verification-metadata>\n   <configuration>\n'
        "      <verify-metadata>true</verify-metadata>\n   </configuration>\n   <components>\n"
        + "".join(
            f'      <component group="group.example" name="{name}" version="{version}">\n'
            f'         <artifact name="{name}-{version}.jar">\n            <sha256 value="{digest(name + version)}" origin="x"/>\n         </artifact>\n'
            f'         <artifact name="{name}-{version}.pom">\n            <sha256 value="{digest(version + name)}" origin="x"/>\n         </artifact>\n'
            "      </component>\n"
            for name, version in versions(moved)
        )
        + "   </components>\n</verification-metadata>\n"
    )


def package_resolved(moved: bool) -> str:
    pins = [
        {
            "identity": name,
            "kind": "remoteSourceControl",
            "location": f"https://host.example/owner/{name}.git",
            "state": {"revision": digest(name + version)[:40], "version": version},
        }
        for name, version in versions(moved)
    ]
    return json.dumps({"originHash": "x", "pins": pins, "version": 3}, indent=2) + "\n"


def pubspec_lock(moved: bool) -> str:
    return (
        "# Generated by pub\n# See https://dart.dev/tools/pub/glossary#lockfile\npackages:\n"
        + "".join(
            f'  {name}:\n    dependency: transitive\n    description:\n      name: {name}\n      sha256: "{digest(name + version)}"\n'
            f'      url: "https://registry.example"\n    source: hosted\n    version: "{version}"\n'
            for name, version in (
                (name.replace("-", "_"), version) for name, version in versions(moved)
            )
        )
        + 'sdks:\n  dart: ">=3.4.0 <4.0.0"\n'
    )


def nuget_lock(moved: bool) -> str:
    packages = {
        f"Package.{name}": {
            "type": "Transitive",
            "resolved": version,
            "contentHash": digest(name + version),
            "dependencies": {"Package.package-00001": "1.0.0"},
        }
        for name, version in versions(moved)
    }
    return json.dumps({"version": 1, "dependencies": {"net8.0": packages}}, indent=2) + "\n"


def parse_json(text: str) -> object:
    return json.loads(text)


def parse_toml(text: str) -> object:
    import tomllib

    return tomllib.loads(text)


def parse_yaml(text: str) -> object:
    import yaml

    return yaml.load(text, Loader=yaml.CSafeLoader)


def parse_commas(text: str) -> object:
    return json.loads(re.sub(r",(?=\s*[\]}])", "", text))


def parse_xml(text: str) -> object:
    from xml.etree import ElementTree as ET

    return ET.fromstring(text)


def parse_go_sum(text: str) -> object:
    """Hashes by module and version."""
    found: dict[tuple[str, str], str] = {}
    for line in text.splitlines():
        module, version, digest = line.split()
        found[module, version] = digest
    return found


def parse_indented(text: str) -> object:
    """Both yarns: what stands deeper is a table of its own. Berry's is YAML too; PyYAML's C loader takes ten times as long."""
    document: dict[str, object] = {}
    tables = [document]
    for line in text.splitlines():
        bare = line.lstrip(" ")
        if not bare or bare[0] == "#":
            continue
        del tables[(len(line) - len(bare)) // 2 + 1 :]
        if bare[-1] == ":":
            table: dict[str, object] = {}
            tables[-1][bare[:-1]] = table
            tables.append(table)
        else:
            key, _, value = bare.partition(" ")
            tables[-1][key] = value
    return document


def parse_sections(text: str) -> object:
    """A Gemfile.lock: sections, their gems with the version, and what each asks for."""
    sections: dict[str, object] = {}
    gems: dict[str, tuple[str, list[str]]] = {}
    asked: list[str] = []
    for line in text.splitlines():
        if line.startswith("      "):
            asked.append(line.strip())
        elif line.startswith("    "):
            name, _, version = line.strip().partition(" ")
            asked = []
            gems[name] = version.strip("()"), asked
        elif line and line[0] != " ":
            gems = {}
            sections[line] = gems
    return sections


def parse_gradle(text: str) -> object:
    """Versions and configurations by group and name."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for line in text.splitlines():
        if line and line[0] != "#":
            module, _, configurations = line.partition("=")
            group, name, version = module.split(":")
            found[group, name] = version, configurations.split(",")
    return found


def parse_elixir(text: str) -> object:
    """The words of each line of a mix.lock between its brackets, quotes and commas, by the first of them."""
    separators = re.compile(r'[\s{}\[\]",:]+')
    found = {}
    for line in text.splitlines():
        words = separators.split(line)
        if len(words) > 2:
            found[words[1]] = words[2:]
    return found


LOCKS: dict[str, tuple[str, Callable[[bool], str], Callable[[str], object]]] = {
    "package-lock": ("package-lock.json", package_lock, parse_json),
    "yarn 1": ("yarn.lock", yarn_lock, parse_indented),
    "yarn berry": ("yarn.lock", berry_lock, parse_indented),
    "pnpm": ("pnpm-lock.yaml", pnpm_lock, parse_yaml),
    "bun": ("bun.lock", bun_lock, parse_commas),
    "cargo": ("Cargo.lock", cargo_lock, parse_toml),
    "go": ("go.sum", go_sum, parse_go_sum),
    "uv": ("uv.lock", uv_lock, parse_toml),
    "poetry": ("poetry.lock", poetry_lock, parse_toml),
    "pdm": ("pdm.lock", pdm_lock, parse_toml),
    "pylock": ("pylock.toml", pylock, parse_toml),
    "pipenv": ("Pipfile.lock", pipfile_lock, parse_json),
    "composer": ("composer.lock", composer_lock, parse_json),
    "bundler": ("Gemfile.lock", gemfile_lock, parse_sections),
    "gradle": ("gradle.lockfile", gradle_lockfile, parse_gradle),
    "mix": ("mix.lock", mix_lock, parse_elixir),
    "gradle checks": (
        "gradle/verification-metadata.xml",
        verification_metadata,
        parse_xml,
    ),
    "swift": ("Package.resolved", package_resolved, parse_json),
    "pub": ("pubspec.lock", pubspec_lock, parse_yaml),
    "nuget": ("packages.lock.json", nuget_lock, parse_json),
}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=b", "-c", "user.email=b@b", *arguments],
        check=True,
        capture_output=True,
    )


def staged(folder: Path, name: str, before: str, after: str | None) -> None:
    """A repository in which the file is committed as before and staged as after."""
    git(folder, "init", "-q")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(before)
    (folder / "other.c").write_text("int a;\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "before")
    (folder / name).write_text(before if after is None else after)
    (folder / "other.c").write_text("int b;\n")
    git(folder, "add", "-A")


def spent() -> tuple[float, float]:
    """The clock, and the user CPU seconds of this process and of those that it waited for: what else the machine does takes no part in these."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return time.perf_counter(), sum(resource.getrusage(one).ru_utime for one in who)


def rounds(*works: Callable[[], object]) -> list[list[tuple[float, float]]]:
    """The seconds of each in every round, by the clock and of the processors. In one round they run one after the other: how quick the machine
    is at that moment is alike for all of them.
    """
    found = []
    for _ in range(ROUNDS):
        one = []
        for work in works:
            start = spent()
            work()
            clock, processors = (
                after - before for after, before in zip(spent(), start, strict=True)
            )
            one.append((clock, processors))
        found.append(one)
    return found


def ratio(several: list[list[tuple[float, float]]], kind: int) -> float:
    """The median of the rounds' ratios of the gate to start-up and parser."""
    return statistics.median(
        gate[kind] / (start_up[kind] + parser[kind]) for start_up, parser, gate in several
    )


def command(folder: Path) -> list[object]:
    ran = subprocess.run(COMMAND, cwd=folder, check=True, capture_output=True)
    return list(json.loads(ran.stdout))


def main(names: list[str]) -> int:
    worst = [0.0, 0.0]
    print(f"{'lock':14} {'start-up':>9} {'parser':>8} {'gate':>8} {'clock':>6} {'user':>6}   (seconds by the clock; median ratios of {ROUNDS} rounds)")  # fmt: skip
    for name in names or LOCKS:
        file, write, parse = LOCKS[name]
        before, after = write(False), write(True)
        untouched, changed = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
        try:
            staged(untouched, file, before, None)
            staged(changed, file, before, after)
            assert len(command(changed)) == CHANGED
            assert command(untouched) == []
            several = rounds(
                lambda folder=untouched: command(folder),  # type: ignore[misc]
                lambda one=parse, a=before, b=after: (one(a), one(b)),  # type: ignore[misc]
                lambda folder=changed: command(folder),  # type: ignore[misc]
            )
        finally:
            shutil.rmtree(untouched)
            shutil.rmtree(changed)
        start_up, parser, gate = (
            statistics.median(one[place][0] for one in several) for place in range(3)
        )
        ratios = [ratio(several, kind) for kind in range(2)]
        worst = [max(pair) for pair in zip(worst, ratios, strict=True)]
        print(f"{name:14} {start_up:9.3f} {parser:8.3f} {gate:8.3f} {ratios[0]:6.2f} {ratios[1]:6.2f}", flush=True)  # fmt: skip
    bare = rounds(lambda: subprocess.run([sys.executable, "-c", "import git"], check=True))
    beside = start_up / statistics.median(one[0] for (one,) in bare)
    print(f"start-up where no format is touched, against python -c 'import git': {beside:.2f}")
    held = max(worst) <= BAR
    print(f"worst ratio {worst[0]:.2f} by the clock, {worst[1]:.2f} of the processors, bar {BAR}: {'held' if held else 'MISSED'}")  # fmt: skip
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
