"""The services, what they need, and that no start hands over a secret where others can read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from govopen_stack.errors import SettingsWrong, UnknownName
from govopen_stack.layout import Layout
from govopen_stack.places import Places
from govopen_stack.ports import PORTED, is_free, load_ports
from govopen_stack.render import PLUGINS
from govopen_stack.secrets import load_keys
from govopen_stack.services import DAEMONS, SERVICES, base_environment, sides_of, with_needs
from govopen_stack.settings import load_settings


@pytest.fixture
def places(tmp_path: Path) -> Places:
    layout = Layout(tmp_path / "home")
    layout.make()
    return Places(layout, load_settings(layout), load_ports(layout), load_keys(layout))


def test_every_need_is_a_service_and_none_needs_itself() -> None:
    for service in SERVICES.values():
        assert set(service.needs) | set(service.after) <= set(SERVICES)
        assert service.name not in with_needs(service.needs)


def test_needs_are_found_however_far_down() -> None:
    assert with_needs(["portal"]) == {
        "portal",
        "portal-setup",
        "solr",
        "jars",
        "databases",
        "redis",
        "postgres",
        "initdb",
    }


def test_the_open_side_needs_nothing_of_the_desk() -> None:
    assert sides_of(with_needs(["portal", "api", "projector"])) == {"portal"}


def test_an_unknown_service_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnknownName) as refusal:
        with_needs(["porta"])
    assert "portal" in refusal.value.remedy


def test_only_workers_are_handed_the_secrets(places: Places) -> None:
    handed = {name for name in DAEMONS if SERVICES[name].launch(places).secrets}
    assert handed == {"worker", "publisher"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_secret_is_on_a_command_line_or_in_an_environment(places: Places, name: str) -> None:
    launch = SERVICES[name].launch(places)
    shown = " ".join(
        (*launch.command, *launch.env.values(), *base_environment(places.layout.home, places.layout.tmp).values())
    )
    assert not [key for key, value in places.keys.items() if value in shown]


def test_ports_are_free_different_and_kept(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.make()
    ports = load_ports(layout)
    assert set(ports) == set(PORTED)
    assert len(set(ports.values())) == len(ports)
    assert all(is_free(port) for port in ports.values())
    assert load_ports(layout) == ports


def test_every_daemon_that_listens_has_a_port() -> None:
    assert set(PORTED) == {name for name in DAEMONS if SERVICES[name].health}


def test_servers_elsewhere_are_used_and_not_started(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.make()
    settings = load_settings(
        layout,
        database_url="postgresql://admin:pw@db.example:6543/postgres",
        solr_url="http://s.example/solr/",
        database_prefix="x_",
    )
    places = Places(layout, settings, load_ports(layout), load_keys(layout))
    assert settings.external("postgres")
    assert settings.external("solr")
    assert not settings.external("redis")
    assert places.database("desk").endswith("@db.example:6543/x_desk")
    assert places.database("portal", "api").startswith("postgresql://x_govopen_api:")
    assert places.solr == "http://s.example/solr"
    # Kept for the next start.
    assert load_settings(layout) == settings


@pytest.mark.parametrize(
    "wrong", [{"database_url": "mysql://h/x"}, {"solr_url": "solr"}, {"redis_url": "redis:///1"}, {"colour": "red"}]
)
def test_wrong_settings_are_refused_by_name(tmp_path: Path, wrong: dict[str, str]) -> None:
    layout = Layout(tmp_path)
    layout.make()
    with pytest.raises(SettingsWrong) as refusal:
        load_settings(layout, **wrong)
    assert next(iter(wrong)) in refusal.value.message
    assert refusal.value.exit_code == 2


def test_own_plugins_come_first() -> None:
    assert all(plugins.split()[0] == f"govopen_{side}" for side, plugins in PLUGINS.items())
