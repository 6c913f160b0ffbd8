"""The CKAN plugin of the open side: a list of what its subjects offer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.plugins import DefaultTranslation

from ckanext.datastore.interfaces import IDatastoreBackend

from ckanext.govopen import config as settings
from ckanext.govopen import guard
from ckanext.govopen.portal import auth, cli
from ckanext.govopen.portal.datastore import backend
from ckanext.govopen.portal.pages import cache, core_pages, feedback, helpers, views
from ckanext.govopen.portal.search import document, query

__all__ = ["PortalPlugin"]

ROOT = Path(__file__).parent.parent


class PortalPlugin(p.SingletonPlugin, DefaultTranslation):
    """govopen_portal: public pages, Chinese search, and a CKAN that only the projector writes."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigDeclaration)
    p.implements(p.IAuthFunctions)
    p.implements(p.IBlueprint)
    p.implements(p.ITemplateHelpers)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.ITranslation)
    p.implements(p.IClick)
    p.implements(IDatastoreBackend)

    def update_config(self, config: Any) -> None:
        """Own templates before core's, and own files."""
        tk.add_template_directory(config, str(ROOT / "templates"))
        tk.add_template_directory(config, str(ROOT / "templates" / "portal_core"))
        tk.add_public_directory(config, str(ROOT / "public"))

    def declare_config_options(self, declaration: Any, _key: Any) -> None:
        """Every setting, described."""
        settings.declare(declaration)

    def get_auth_functions(self) -> dict[str, Any]:
        """Deny every write to everybody but the projector."""
        return auth.functions()

    def get_blueprint(self) -> list[Any]:
        """Our pages, and redirects from core's."""
        return [views.portal, feedback.posts, core_pages.core]

    def get_helpers(self) -> dict[str, Any]:
        """What templates may call."""
        return helpers.helpers()

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Make CKAN's search read Chinese."""
        return query.prepare(search_params)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Give Solr the fields that Chinese search and facets need."""
        return document.enrich(pkg_dict)

    def make_middleware(self, app: Any, config: Any) -> Any:
        """The guard outermost, then the page cache for visitors without session."""
        app.wsgi_app = cache.CacheHeader(app.wsgi_app)
        if tk.asbool(config.get("govopen.portal.page_cache", True)):
            app.wsgi_app = cache.AnonymousPages(app.wsgi_app)
        return guard.register(app)

    def register_backends(self) -> dict[str, Any]:
        """The data service in place of CKAN's DataStore tables, chosen by `govopen:` in ckan.datastore.*_url."""
        return dict(backend.register_backends())

    def get_commands(self) -> list[Any]:
        """`ckan govopen-portal …`."""
        return cli.commands()

    def i18n_directory(self) -> str:
        """Both sides keep their language files in one folder, under their own domains."""
        return str(ROOT / "i18n")

    def i18n_domain(self) -> str:
        """The domain of the portal's texts."""
        return "ckanext-govopen_portal"
