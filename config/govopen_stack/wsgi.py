"""The CKAN application of one side, named by CKAN_INI.

Logging is gunicorn's: `fileConfig` here would silence its error log (an exception in a streamed body would leave no line).
"""

from __future__ import annotations

import os

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
