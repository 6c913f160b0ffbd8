"""The jars of Solr: named and pinned by SHA-256 in solr/jars.sha256, downloaded once into the user's cache by jgo.

`python -m govopen_stack.jars` fetches and checks them; with `--pin FOLDER` it writes the file anew.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from .errors import JarMismatch, JarUnreachable
from .layout import cache_folder

__all__ = ["ROOTS", "Jar", "class_path", "fetch", "pinned"]

# Jetty's server is named although it is a dependency: resolved by nearest path it comes as 9.4 and nothing starts.
ROOTS = (
    "org.apache.solr:solr-core:9.10.0",
    "org.apache.solr:solr-analysis-extras:9.10.0",
    "org.eclipse.jetty:jetty-webapp:10.0.26",
    "org.eclipse.jetty:jetty-xml:10.0.26",
    "org.eclipse.jetty:jetty-server:10.0.26",
)
HEAD = (
    "# Jars of the embedded Solr: SHA-256 and Maven coordinate. Written by: python -m govopen_stack.jars --pin FOLDER\n"
)
TRIES = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar: its coordinate and the digest that it must have."""

    group: str
    artifact: str
    version: str
    sha256: str

    def path_in(self, repository: Path) -> Path:
        """Where the jar lies in a folder laid out as Maven does."""
        name = f"{self.artifact}-{self.version}.jar"
        return repository.joinpath(*self.group.split("."), self.artifact, self.version, name)


def pinned() -> tuple[Jar, ...]:
    """The jars that the embedded Solr runs on."""
    lines = files("govopen_stack").joinpath("solr/jars.sha256").read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    jars = []
    for digest, coordinate in pairs:
        group, artifact, version = coordinate.split(":")
        jars.append(Jar(group, artifact, version, digest))
    return tuple(jars)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch_one(jar: Jar, repository: Path) -> Path:
    from jgo.maven import MavenContext

    path, reason = jar.path_in(repository), ""
    for _ in range(TRIES):
        if path.is_file():
            if _digest(path) == jar.sha256:
                return path
            # Half a download or a changed jar: either way it is fetched again, and refused if it comes so once more.
            path.unlink()
        context = MavenContext(repo_cache=repository, local_repos=[], timeout=60)
        try:
            context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        except Exception as err:  # noqa: BLE001 - jgo raises requests' errors, RuntimeError and AssertionError.
            reason = f"{type(err).__name__}: {err}"
            path.unlink(missing_ok=True)
    name = f"{jar.group}:{jar.artifact}:{jar.version}"
    if path.is_file() and _digest(path) != jar.sha256:
        path.unlink()
        raise JarMismatch(
            f"{name} arrived with another digest than the pinned one.", "Ask who serves Maven Central to you."
        )
    if path.is_file():
        return path
    raise JarUnreachable(
        f"{name} could not be downloaded ({reason}).", "Check the connection to Maven Central, then run again."
    )


def fetch(
    progress: Callable[[int, int], None] = lambda _done, _all: None, repository: Path | None = None
) -> list[Path]:
    """Every jar, checked, downloading those that are missing; `progress` is told how many of how many are there."""
    wanted = pinned()
    repository = repository or cache_folder() / "maven"
    repository.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    with ThreadPoolExecutor(8) as pool:
        for path in pool.map(lambda jar: _fetch_one(jar, repository), wanted):
            paths.append(path)
            progress(len(paths), len(wanted))
    return paths


def class_path() -> list[Path]:
    """Where the jars lie once `fetch` has checked them."""
    return [jar.path_in(cache_folder() / "maven") for jar in pinned()]


def pin(folder: Path) -> str:
    """The text of the pin file for the jars in a folder that Maven filled.

    `mvn dependency:copy-dependencies -Dmdep.useRepositoryLayout=true` on a project that names ROOTS fills one. jgo is
    not asked to resolve: it takes other versions than Maven (jakarta.inject 1 for 2), and with those Solr does not start.
    """
    lines = []
    for path in sorted(folder.rglob("*.jar")):
        *group, artifact, version = path.relative_to(folder).parent.parts
        # Jars with a classifier are native helpers of netty: Java's own classes do the same work.
        if path.name == f"{artifact}-{version}.jar":
            lines.append(f"{_digest(path)}  {'.'.join(group)}:{artifact}:{version}\n")
    return HEAD + "".join(lines)


def main() -> None:
    """Fetch the jars and print how many there are; or write the pin file."""
    match sys.argv[1:]:
        case ["--pin", folder]:
            Path(__file__).with_name("solr").joinpath("jars.sha256").write_text(pin(Path(folder)), encoding="utf-8")
            return
    print(len(fetch(lambda done, count: print(f"{done}/{count}", flush=True))), "jars", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
