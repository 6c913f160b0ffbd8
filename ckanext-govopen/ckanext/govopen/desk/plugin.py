"""The desk's CKAN plugin: what officers may do, see and read there, each subject naming its own."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.plugins import DefaultTranslation

from ckanext.govopen import config as settings
from ckanext.govopen import guard
from ckanext.govopen.desk import helpers
from ckanext.govopen.desk.agreements import action as agreements_action
from ckanext.govopen.desk.agreements import auth as agreements_auth
from ckanext.govopen.desk.agreements.views import agreements
from ckanext.govopen.desk.audit import action as audit_action
from ckanext.govopen.desk.audit import auth as audit_auth
from ckanext.govopen.desk.audit.views import audit
from ckanext.govopen.desk.catalogue import action as catalogue_action
from ckanext.govopen.desk.catalogue import auth as catalogue_auth
from ckanext.govopen.desk.catalogue.views import catalogue
from ckanext.govopen.desk.closed_auth import closed_actions, closed_auth_functions
from ckanext.govopen.desk.door import door
from ckanext.govopen.desk.publishing import action as publishing_action
from ckanext.govopen.desk.publishing import auth as publishing_auth
from ckanext.govopen.desk.publishing.views import publishing
from ckanext.govopen.desk.review import action as review_action
from ckanext.govopen.desk.review import auth as review_auth
from ckanext.govopen.desk.review.views import review
from ckanext.govopen.desk.roles import action as roles_action
from ckanext.govopen.desk.roles import auth as roles_auth
from ckanext.govopen.desk.supervision import action as supervision_action
from ckanext.govopen.desk.supervision import auth as supervision_auth
from ckanext.govopen.desk.supervision.views import supervision
from ckanext.govopen.face import offered

__all__ = ["DeskPlugin"]


class DeskPlugin(p.SingletonPlugin, DefaultTranslation):
    """GovOpen's inner side."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigDeclaration)
    p.implements(p.ITranslation)
    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IBlueprint)
    p.implements(p.ITemplateHelpers)
    p.implements(p.IMiddleware, inherit=True)

    def update_config(self, config: Any) -> None:
        """Put the desk's templates and files before core's."""
        root = files("ckanext.govopen")
        for folder in ("templates/desk_core", "templates"):
            tk.add_template_directory(config, str(root.joinpath(folder)))
        tk.add_public_directory(config, str(root.joinpath("assets", "desk", "public")))

    def declare_config_options(self, declaration: Any, _key: Any) -> None:
        """Every setting, described."""
        settings.declare(declaration)

    def i18n_directory(self) -> str:
        """Both sides keep their words in one folder, in domains of their own."""
        return str(files("ckanext.govopen").joinpath("i18n"))

    def i18n_domain(self) -> str:
        """The desk's domain."""
        return "ckanext-govopen_desk"

    def get_actions(self) -> dict[str, Any]:
        """What officers and their programs may ask for."""
        own = offered(
            review_action,
            catalogue_action,
            publishing_action,
            agreements_action,
            roles_action,
            supervision_action,
            audit_action,
        )
        return {**own, **closed_actions()}

    def get_auth_functions(self) -> dict[str, Any]:
        """One per action, and those of core that the desk closes."""
        own = offered(
            review_auth,
            catalogue_auth,
            publishing_auth,
            agreements_auth,
            roles_auth,
            supervision_auth,
            audit_auth,
        )
        return {**own, **closed_auth_functions()}

    def get_blueprint(self) -> list[Any]:
        """The front door first, then the pages."""
        return [door, review, catalogue, publishing, agreements, supervision, audit]

    def get_helpers(self) -> dict[str, Any]:
        """What templates may call."""
        return helpers.offered_helpers()

    def make_middleware(self, app: Any, _config: Any) -> Any:
        """Refuse hostile input before CKAN sees it."""
        return guard.register(app)
