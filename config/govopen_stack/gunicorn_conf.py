"""Settings of every web process, read by `gunicorn -c python:govopen_stack.gunicorn_conf`.

Values come from the environment that the supervisor sets. Log lines carry the time, and no query string: what visitors
look up is theirs.
"""

from __future__ import annotations

import os
from pathlib import Path

# Loopback by default; a container sets GOVOPEN_BIND, since its ports are published from outside of it.
bind = f"{os.environ.get('GOVOPEN_BIND', '127.0.0.1')}:{os.environ['GOVOPEN_PORT']}"
workers = int(os.environ.get("GOVOPEN_WORKERS", "2"))
threads = int(os.environ.get("GOVOPEN_THREADS", "4"))
proc_name = f"govopen-{os.environ.get('GOVOPEN_SERVICE', 'web')}"
worker_class = "gthread"
keepalive = 30
timeout = 60
graceful_timeout = 8
preload_app = False
# Memory, where there is some: the heartbeat file must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# By default two services of one user would share one control socket.
control_socket_disable = True
# A browser's request line with a long filter must pass, an endless one must not.
limit_request_line = 8190
limit_request_fields = 60
if os.environ.get("GOVOPEN_SERVICE") == "hub":
    # The national gateway's scheme names its headers with underscores, which are dropped by default.
    header_map = "dangerous"
accesslog = "-"
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'

_FORMAT = "%(asctime)s %(levelname)-5.5s [%(process)d] [%(name)s] %(message)s"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": _FORMAT}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
    "root": {"level": "INFO", "handlers": ["err"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["err"], "propagate": False, "qualname": "gunicorn.error"},
        "gunicorn.access": {"level": "INFO", "handlers": ["err"], "propagate": False, "qualname": "gunicorn.access"},
        "sqlalchemy": {"level": "WARNING"},
        "alembic": {"level": "WARNING"},
        "rdflib": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "webassets": {"level": "WARNING"},
    },
}
