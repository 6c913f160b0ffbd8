"""Write the settings files of a home from the templates of this package. Same input, same files: a second time changes nothing."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from .files import write_json, write_text
from .places import REDIS_DATABASE, Places

__all__ = ["PLUGINS", "render", "render_ini", "render_solr"]

PLUGINS = {
    "desk": "govopen_desk scheming_datasets harvest govopen_hub_harvester",
    "portal": "govopen_portal datastore dcat scheming_datasets",
}


def _template(name: str) -> Template:
    return Template(files("govopen_stack").joinpath("templates", name).read_text(encoding="utf-8"))


def _side_settings(places: Places, side: str, bundle_key: str) -> str:
    """The lines that one side alone has."""
    if side == "desk":
        return f"govopen.hub.name = {places.settings.hub_name}\ngovopen.portal.url = {places.portal}"
    # The last line of a minisign public key file is the key; the comment above it is for people.
    key = bundle_key.strip().splitlines()[-1] if bundle_key.strip() else ""
    backend = "govopen:///api"
    return "\n".join(
        (
            f"govopen.api.url = {places.own('api')}/api/v1",
            f"govopen.api.public_url = {places.api}",
            f"govopen.bundle.public_key = {key}",
            f"ckan.datastore.write_url = {backend}",
            f"ckan.datastore.read_url = {backend}",
            "ckan.datastore.sqlsearch.enabled = false",
            "ckanext.dcat.enable_content_negotiation = false",
        )
    )


def render_ini(places: Places, side: str, bundle_key: str) -> str:
    """The text of a side's CKAN settings."""
    layout, settings = places.layout, places.settings
    url = places.desk if side == "desk" else places.portal
    presets = files("govopen_schemas").joinpath("catalogue")
    more = [
        f" govopen_schemas:catalogue/{n}" for n in ("presets.yaml", "presets.json") if presets.joinpath(n).is_file()
    ]
    values = {
        "side": side,
        "secret_key": places.keys[f"session_{side}"],
        "store": str(layout.store),
        "spool": str(layout.spool),
        "side_settings": _side_settings(places, side, bundle_key),
        "database_url": places.database(side),
        "solr_url": f"{places.solr}/{side}",
        "redis_url": places.redis(REDIS_DATABASE[side]),
        "site_id": f"govopen_{side}",
        "site_url": url,
        "site_title": settings.site_title_desk if side == "desk" else settings.site_title_portal,
        "storage": str(layout.ckan / side),
        "plugins": PLUGINS[side],
        "more_presets": "".join(more),
        "tag": layout.tag,
        "secure": str(urlsplit(url).scheme == "https").lower(),
    }
    return _template("ckan.ini").substitute({name: value.replace("%", "%%") for name, value in values.items()})


def render_solr(places: Places) -> None:
    """Lay out Solr's home: one core for each side from the one configset, CKAN's own schema where ours is missing."""
    import ckan.config

    home = places.layout.solr
    write_text(home / "solr.xml", "<solr/>\n")
    (home / "webapp" / "WEB-INF").mkdir(parents=True, exist_ok=True)
    package = files("govopen_stack").joinpath("solr")
    for name, target in (("jetty.xml", home), ("log4j2.xml", home), ("web.xml", home / "webapp" / "WEB-INF")):
        write_text(target / name, package.joinpath(name).read_text(encoding="utf-8"))
    with as_file(package.joinpath("conf")) as conf:
        for core in ("desk", "portal"):
            folder = home / core / "conf"
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copytree(conf, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
            if not (folder / "schema.xml").is_file():
                shutil.copyfile(Path(ckan.config.__file__).with_name("solr") / "schema.xml", folder / "schema.xml")
            for name in ("protwords.txt", "stopwords.txt", "synonyms.txt"):
                if not (folder / name).is_file():
                    write_text(folder / name, "")
            write_text(home / core / "core.properties", f"name={core}\n")


def render(places: Places, sides: frozenset[str], bundle_key: str) -> None:
    """Write every settings file that the services of the wanted sides read."""
    layout, settings = places.layout, places.settings
    for side in sorted(sides):
        (layout.ckan / side).mkdir(mode=0o700, exist_ok=True)
        write_text(layout.ini(side), render_ini(places, side, bundle_key))
    if "portal" in sides:
        api = {
            "database_url": places.database("portal", "api"),
            "store_path": str(layout.store),
            "portal_url": places.portal,
            "bundle_public_key": bundle_key,
            "site_title": settings.site_title_portal,
        }
        write_json(layout.config / "api.json", api)
    redis = {"port": str(places.ports["redis"]), "password": places.keys["redis"], "folder": str(layout.redis)}
    write_text(layout.config / "redis.conf", _template("redis.conf").substitute(redis))
    if not settings.external("solr") and find_spec("ckan"):
        render_solr(places)
