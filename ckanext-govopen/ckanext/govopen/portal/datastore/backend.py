# ruff: noqa: ARG002 - the signatures are CKAN's.
"""CKAN's DataStore contract for reading, with the data service behind it.

The data service decides who may read what; this is its thin client. What it refuses becomes CKAN's own refusal with
the stable code inside: closed data are CKAN's 404 whose message holds `release.closed`. Writing and SQL are refused
with the way in: data are delivered at the desk.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

import ckan.plugins.toolkit as tk

from ckanext.datastore.backend import DatastoreBackend

from ckanext.govopen.portal.datastore.client import Client, Reply
from ckanext.govopen.portal.datastore.translate import PG_TYPES, Untranslatable, answer, parameters

__all__ = ["GovOpenBackend", "register_backends"]

DELIVER = (
    "数据由发布工作台审核后发布，不能在此写入；请在工作台提交。"
    " Data are published through the desk and cannot be written here: deliver them at the desk."
)
NO_SQL = "不提供 SQL 查询；请使用 datastore_search 或 /api/v1。 SQL is not offered: use datastore_search or /api/v1."


def register_backends() -> dict[str, type[DatastoreBackend]]:
    """The backend by the scheme of ckan.datastore.write_url and read_url."""
    return {"govopen": GovOpenBackend}


class GovOpenBackend(DatastoreBackend):
    """Reads by the data service, refuses the rest."""

    def configure(self, config: Any) -> Any:
        """Take the address of the data service from the settings."""
        url = str(config.get("govopen.api.url") or "http://127.0.0.1:8082/api/v1").rstrip("/")
        self._most = int(config.get("ckan.datastore.search.rows_max") or 32_000)
        self._client = Client(url)
        return config

    def _ask(self, *path: str, pairs: Any = ()) -> Reply:
        key = ""
        if tk.request:  # A licensee's key goes along; outside a request there is none.
            key = tk.request.headers.get("X-Key", "")
        return self._client.get(*path, parameters=pairs, headers={"X-Key": key} if key else None)

    def search(self, context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
        """Answer `datastore_search`."""
        try:
            pairs, limit, names = parameters(data_dict, self._most)
        except Untranslatable as err:
            raise tk.ValidationError({err.field: [str(err)]}) from None
        resource_id = str(data_dict["resource_id"])
        if not names:
            pairs.append(("columns", self._all_columns(resource_id)))
        reply = self._ask("products", resource_id, "rows", pairs=pairs)
        if reply.status != 200:
            refuse(reply)
        return answer(data_dict, reply.body, limit)

    def _all_columns(self, resource_id: str) -> str:
        shown = self._product(resource_id)
        return json.dumps(["_id", *(field["name"] for field in shown["release"]["fields"])], ensure_ascii=False)

    def _product(self, resource_id: str) -> dict[str, Any]:
        reply = self._ask("products", resource_id)
        if reply.status != 200:
            refuse(reply)
        shown: dict[str, Any] = reply.body["product"]
        if shown["release"] is None:  # A licensee's product, asked for without a key that opens it.
            refuse(self._ask("products", resource_id, "rows", pairs=[("limit", "0")]))
        return shown

    def search_sql(self, context: Any, data_dict: dict[str, Any]) -> NoReturn:
        """Refuse SQL."""
        raise tk.NotAuthorized(NO_SQL)

    def create(self, context: Any, data_dict: dict[str, Any], plugin_data: Any = None) -> NoReturn:
        """Refuse to write."""
        raise tk.NotAuthorized(DELIVER)

    def upsert(self, context: Any, data_dict: dict[str, Any]) -> NoReturn:
        """Refuse to write."""
        raise tk.NotAuthorized(DELIVER)

    def delete(self, context: Any, data_dict: dict[str, Any]) -> NoReturn:
        """Refuse to delete."""
        raise tk.NotAuthorized(DELIVER)

    def create_function(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse functions."""
        raise tk.NotAuthorized(DELIVER)

    def drop_function(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse functions."""
        raise tk.NotAuthorized(DELIVER)

    def resource_exists(self, id: str) -> bool:
        """Whether there is a product with rows; a closed one is refused here, before anything else is looked at."""
        return bool(self.resource_id_from_alias(id)[0])

    def resource_id_from_alias(self, alias: str) -> tuple[bool, str | None]:
        """Products have no other names; a closed one is CKAN's 404 with the code in it."""
        reply = self._ask("products", str(alias))
        if reply.status in {400, 404} and reply.error.get("code") != "release.none":
            return False, None
        if reply.status != 200:
            refuse(reply)
        return reply.body["product"]["kind"] in {"table", "cube"}, str(alias)

    def resource_fields(self, id: str, include_meta: bool = True, include_fields_schema: bool = True) -> dict[str, Any]:
        """Columns with types, titles and meanings."""
        shown = self._product(str(id))
        fields = []
        for field in shown["release"]["fields"]:
            info = {"label": field.get("name_zh", ""), "notes": field.get("description_zh", "")}
            info |= {"label_en": field.get("name_en", ""), "notes_en": field.get("description_en", "")}
            made: dict[str, Any] = {"id": field["name"], "type": PG_TYPES[field["type"]], "info": info}
            if include_fields_schema:
                made["schema"] = {
                    "native_type": made["type"],
                    "is_index": False,
                    "index_name": None,
                    "notnull": False,
                    "uniquekey": False,
                }
            fields.append(made)
        found: dict[str, Any] = {"fields": fields}
        if include_meta:
            found["meta"] = {
                "id": id,
                "count": shown["release"]["row_count"],
                "table_type": "BASE TABLE",
                "aliases": [],
            }
        return found

    def resource_info(self, id: str) -> dict[str, Any]:
        """The same, in the older form."""
        return self.resource_fields(id)

    def resource_plugin_data(self, resource_id: str) -> dict[str, Any]:
        """Nothing is kept by plugins."""
        return {}

    def get_all_ids(self) -> list[str]:
        """The ids of all products with rows that the public may read."""
        found: list[str] = []
        for page in range(1, 1001):
            reply = self._ask("products", pairs=[("page", str(page)), ("limit", "1000")])
            if reply.status != 200:
                refuse(reply)
            found += [one["id"] for one in reply.body["products"] if one["kind"] in {"table", "cube"}]
            if not reply.body["more"]:
                break
        return found

    def calculate_record_count(self, resource_id: str) -> None:
        """Counts are part of each release."""

    def clear_table_stats(self, resource_id: str) -> None:
        """There are none to clear."""


def refuse(reply: Reply) -> NoReturn:
    """The data service's refusal as CKAN's, with the code and both languages in it."""
    error = reply.error
    message, code = error.get("message") or {}, error.get("code") or "service.database"
    hint = error.get("hint") or {}
    notice = error.get("notice") or {}
    words = [message.get("zh"), message.get("en"), notice.get("zh"), notice.get("en"), hint.get("zh"), hint.get("en")]
    text = f"{code}: " + " ".join(word for word in words if word)
    if reply.status in {404, 410}:
        raise tk.ObjectNotFound(text)
    if reply.status in {401, 403}:
        raise tk.NotAuthorized(text)
    raise tk.ValidationError({str(error.get("field") or "message"): [text], "code": [code]})
