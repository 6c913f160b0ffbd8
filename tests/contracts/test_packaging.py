"""The wheel is the tree: same packages, same data, same entry points, from the folder and by way of the source release."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOTS = {
    "ckanext/govopen": "ckanext-govopen/ckanext/govopen",
    "govopen_harvesters": "harvesters/govopen_harvesters",
    "govopen_anonymize": "anonymize/govopen_anonymize",
    "govopen_stack": "config/govopen_stack",
    "govopen_schemas": "schemas",
}
BUILD_LIMIT = 300


def _tracked(tree: Path) -> set[str]:
    """Every tracked file of the packages, under the name that it has in the wheel."""
    names = set()
    for package, folder in ROOTS.items():
        names |= {
            f"{package}/{path.relative_to(tree / folder)}" for path in (tree / folder).rglob("*") if path.is_file()
        }
    return names


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files alone, as a fresh clone has them."""
    target = tmp_path_factory.mktemp("tree")
    archive = subprocess.Popen(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE)
    subprocess.run(
        ["tar", "--null", "--ignore-failed-read", "-T", "-", "-cf", str(target / "tree.tar")],
        cwd=ROOT,
        stdin=archive.stdout,
        check=True,
    )
    archive.wait(30)
    subprocess.run(["tar", "-xf", "tree.tar"], cwd=target, check=True)
    (target / "tree.tar").unlink()
    return target


@pytest.fixture(scope="module")
def tracked(tree: Path) -> set[str]:
    """What the tree held before anything was built in it."""
    return _tracked(tree)


def _wheel(source: Path, into: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(into),
        str(source),
    ]
    subprocess.run(command, check=True, timeout=BUILD_LIMIT)
    return next(into.glob("govopen-*.whl"))


@pytest.fixture(scope="module")
def wheel(tree: Path, tracked: set[str], tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    assert tracked
    return zipfile.ZipFile(_wheel(tree, tmp_path_factory.mktemp("wheel")))


def _held(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_what_is_tracked_and_nothing_else(wheel: zipfile.ZipFile, tracked: set[str]) -> None:
    assert _held(wheel) == tracked


def test_no_file_claims_the_shared_namespace(wheel: zipfile.ZipFile) -> None:
    assert "ckanext/__init__.py" not in wheel.namelist()
    assert "ckanext/govopen/__init__.py" in wheel.namelist()


def test_commands_and_plugins_are_named(wheel: zipfile.ZipFile) -> None:
    name = next(item for item in wheel.namelist() if item.endswith("entry_points.txt"))
    text = wheel.read(name).decode()
    for line in (
        "govopen = govopen_stack.cli:main",
        "govopen_desk = ckanext.govopen.plugin:DeskPlugin",
        "govopen_hub_harvester =",
    ):
        assert line in text


def test_without_the_extra_it_is_de_identification_alone(wheel: zipfile.ZipFile) -> None:
    name = next(item for item in wheel.namelist() if item.endswith("/METADATA"))
    needs = [
        line.removeprefix("Requires-Dist: ")
        for line in wheel.read(name).decode().splitlines()
        if line.startswith("Requires-Dist")
    ]
    base = {line.split(">")[0].split("=")[0].split("<")[0].strip().lower() for line in needs if "extra ==" not in line}
    assert base == {"click", "cryptography", "duckdb", "jsonschema", "numpy", "pyarrow", "pyyaml"}
    platform = " ".join(line.lower() for line in needs if 'extra == "platform"' in line)
    for package in (
        "ckan==",
        "ckanext-scheming",
        "pysolr",
        "pandas",
        "frictionless",
        "flask==",
        "gunicorn",
        "psycopg2-binary",
    ):
        assert package in platform
    # A source release that needs PostgreSQL's headers must not come in by the back door.
    assert "psycopg2=" not in platform
    assert "ckan[" not in platform


def test_the_source_release_makes_the_same_wheel(tree: Path, wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    build = f"from setuptools.build_meta import build_sdist; build_sdist({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=tree, check=True, timeout=BUILD_LIMIT, capture_output=True)
    subprocess.run(["tar", "-xzf", str(next(tmp_path.glob("*.tar.gz")))], cwd=tmp_path, check=True)
    unpacked = next(path for path in tmp_path.iterdir() if path.is_dir())
    again = zipfile.ZipFile(_wheel(unpacked, tmp_path / "again"))
    assert _held(again) == _held(wheel)


def test_every_locked_package_has_a_digest_and_no_address() -> None:
    for name in ("platform.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        assert "://" not in text
        entries = [entry for entry in text.replace("\\\n", "").splitlines() if "==" in entry]
        assert len(entries) > 100
        assert all("--hash=sha256:" in entry for entry in entries)


def test_the_locks_agree_where_both_name_a_package() -> None:
    pins = []
    for name in ("platform.txt", "dev.txt"):
        lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
        pins.append(dict(line.split(" ")[0].split("==") for line in lines if "==" in line and not line.startswith(" ")))
    assert {name: version for name, version in pins[0].items() if pins[1].get(name) != version} == {}


def test_what_runs_here_is_what_is_locked() -> None:
    from importlib.metadata import version

    lines = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split(" ")[0].split("==") for line in lines if "==" in line and not line.startswith(" ")]
    assert [(name, pinned, version(name)) for name, pinned in pins if version(name) != pinned] == []


def test_jars_are_pinned_one_version_each() -> None:
    from govopen_stack.jars import ROOTS as COORDINATES
    from govopen_stack.jars import pinned

    jars = pinned()
    assert len({(jar.group, jar.artifact) for jar in jars}) == len(jars)
    assert {f"{jar.group}:{jar.artifact}:{jar.version}" for jar in jars} >= set(COORDINATES)
    assert all(len(jar.sha256) == 64 for jar in jars)


def test_the_browser_lock_names_no_registry() -> None:
    text = (ROOT / "config/govopen_stack/chromium/package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert text.count('"integrity"') >= 2
