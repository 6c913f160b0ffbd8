"""The data service for gunicorn: `ckanext.govopen.portal.data_api.wsgi:application`."""

from __future__ import annotations

from ckanext.govopen.portal.data_api.app import create_app
from ckanext.govopen.portal.data_api.settings import load

__all__ = ["application"]

application = create_app(load())
