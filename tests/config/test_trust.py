"""What a config that was merely found may say, and what it may not."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from preflight.config.setting_sources import Place, SettingSources, load, sources
from preflight.core.errors import ConfigError

CODE = {
    "rules": 'rules = ["own"]',
    "rule_files": 'rule_files = ["own"]',
    "schema": 'schema = "schemas.py:Show"',
    "profiles.textus.rules": '[profiles.textus]\nrules = ["own"]',
    "profiles.landbase.schema": '[profiles.landbase]\nschema = "schemas.py:Show"',
}
WITHHELD = """
show_values = true
online = true
resolver = "127.0.0.1"
state_dir = "s"
region = "SE"
"""


def config(folder: Path, text: str, name: str = "preflight.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def found(folder: Path, environ: dict[str, str] | None = None, **more: Any) -> SettingSources:
    """The settings where nobody names a config."""
    return sources({}, Place(environ=environ or {}, start=folder, **more))


@pytest.mark.parametrize("key", CODE)
def test_a_found_config_that_names_code_is_refused_with_key_and_file(
    tmp_path: Path, key: str
) -> None:
    path = config(tmp_path, CODE[key])
    with pytest.raises(ConfigError) as refused:
        found(tmp_path)
    assert str(refused.value).startswith(f"{path}: {key} names code")
    assert f"--config {path} or --trust-config" in str(refused.value)
    assert "PREFLIGHT_TRUST_CONFIG=1" in str(refused.value)


@pytest.mark.parametrize("key", CODE)
def test_a_config_is_trusted_if_it_is_named_or_somebody_says_so(tmp_path: Path, key: str) -> None:
    path = config(tmp_path, CODE[key])
    assert sources({}, Place(config=path)).trusted
    assert found(tmp_path, trusted=True).trusted
    assert found(tmp_path, {"PREFLIGHT_TRUST_CONFIG": "1"}).trusted
    for text in ("0", "no", ""):
        with pytest.raises(ConfigError, match="names code"):
            found(tmp_path, {"PREFLIGHT_TRUST_CONFIG": text})


def test_a_found_config_cannot_name_code_by_extending_a_file_that_does(tmp_path: Path) -> None:
    base = config(tmp_path, 'rules = ["own"]', "base.toml")
    path = config(tmp_path, 'extend = "base.toml"')
    with pytest.raises(ConfigError, match=r"base\.toml: rules names code") as refused:
        found(tmp_path)
    assert f"--config {path}" in str(refused.value)
    assert load({}, {}, config=path).rules == (base.parent / "own",)


def test_a_found_config_above_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    """In the folder itself it is what one works with; named or trusted, it is obeyed."""
    path = config(tmp_path, 'region = "SE"')
    below = tmp_path / "lists"
    below.mkdir()
    assert found(below).settings.region == "SE"
    path.chmod(0o666)
    with pytest.raises(ConfigError, match=r"can be written by everybody, .* --isolated") as refused:
        found(below)
    assert str(refused.value).startswith(f"{path} ")
    assert found(tmp_path).settings.region == "SE"
    assert found(below, trusted=True).settings.region == "SE"
    assert sources({}, Place(config=path, start=below)).settings.region == "SE"
    assert sources({}, Place(isolated=True, start=below)).settings.region != "SE"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives a file away"
)
def test_a_found_config_above_of_another_user_is_refused(tmp_path: Path) -> None:
    """Unless the folder that one works in is that user's, too, as in a container."""
    path = config(tmp_path, 'region = "SE"')
    below = tmp_path / "lists"
    below.mkdir()
    os.chown(path, 4321, -1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        found(below)
    assert found(tmp_path).settings.region == "SE"
    os.chown(below, 4321, -1)
    assert found(below).settings.region == "SE"


def test_a_command_that_runs_no_code_does_not_mind(tmp_path: Path) -> None:
    config(tmp_path, 'rules = ["own"]')
    assert not found(tmp_path, runs_code=False).trusted
    assert found(tmp_path, isolated=True).settings.rules == ()


def test_in_ci_a_found_config_does_not_decide_what_is_shown_asked_or_recorded(
    tmp_path: Path,
) -> None:
    path = config(tmp_path, WITHHELD)
    told = found(tmp_path, {"CI": "true"})
    assert [str(origin) for origin in told.ignored] == [
        f"{path}: {name}" for name in ("show_values", "online", "resolver", "state_dir")
    ]
    settings = told.settings
    assert (settings.show_values, settings.online, settings.resolver) == (None, False, None)
    assert (settings.state_dir, settings.region) == (Path(".preflight"), "SE")
    here = found(tmp_path)
    assert (here.ignored, here.settings.online) == ((), True)
    trusted = {"CI": "true", "PREFLIGHT_TRUST_CONFIG": "1", "PREFLIGHT_ALLOW_VALUES": "1"}
    own = dataclasses.replace(here.settings, trusts_records=True)
    assert found(tmp_path, trusted).settings == own


@pytest.mark.parametrize("allowed", ["", "0", "yes"])
def test_values_are_not_shown_in_ci_unless_that_is_allowed(tmp_path: Path, allowed: str) -> None:
    path = config(tmp_path, "show_values = true")
    ci = {"CI": "true", "PREFLIGHT_ALLOW_VALUES": allowed}
    for given, environ, asked in (
        ({"show_values": True}, ci, "--show-values"),
        ({}, {**ci, "PREFLIGHT_SHOW_VALUES": "1"}, "PREFLIGHT_SHOW_VALUES"),
        ({}, ci, f"{path}: show_values"),
    ):
        with pytest.raises(ConfigError) as refused:
            load(given, environ, config=path)
        assert str(refused.value).startswith(f"{asked}: values of contacts")
        assert "PREFLIGHT_ALLOW_VALUES=1" in str(refused.value)
        assert load(given, {**environ, "PREFLIGHT_ALLOW_VALUES": "1"}, config=path).show_values
    assert load({"show_values": False}, ci, config=path).show_values is False


@pytest.mark.parametrize("name", ["base_url", "base-url", "API_URL", "url", "cli", "command"])
def test_no_config_says_where_a_provider_is_or_which_program_calls_it(
    tmp_path: Path, name: str
) -> None:
    path = config(tmp_path, f'[providers.landbase]\n{name} = "/tmp/x"')
    with pytest.raises(ConfigError, match="come from the environment only"):
        load({}, {}, config=path)
