"""What a config that was merely found may say.

A config file that a person named with `--config` is the person's word. One that was found because
it lies near may have come with somebody else's files: without `--trust-config` it runs no code, and
in CI it does not decide what is shown, asked on the network or where records go. One in a folder
above that another user wrote, or may have written, is refused. Secrets, addresses and commands of
providers are taken from no config; see `setting_values`.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from preflight.config.config_file import ConfigFile
from preflight.config.layers import Origin
from preflight.core import files
from preflight.core.errors import ConfigError

VARIABLE = "PREFLIGHT_TRUST_CONFIG"
CODE = ("rules", "schema")
"""The settings that name code: it is run when a file is checked."""
NOT_OBEYED = ("show_values", "online", "resolver", "state_dir")
"""The settings of a found config that are not obeyed in CI."""

_ROOT = 0


def code(config: ConfigFile) -> Origin | None:
    """Where a config first names code; None if it names none."""
    for layer in config.layers:
        for name in CODE:
            if layer.values.get(name):
                return layer.origins[name,]
    return None


def refuse_code(config: ConfigFile) -> None:
    """Refuses a found config that names code.

    Raises:
        ConfigError: it does; the message says where.
    """
    origin = code(config)
    if config.found and origin is not None:
        raise ConfigError(
            f"{origin} names code, and this config was only found, not named; if you trust it, add"
            f" --config {shlex.quote(str(config.paths[0]))} or --trust-config, or set {VARIABLE}=1"
        )


def refuse_untrusted(path: Path, start: Path) -> None:
    """Refuses a found config above a folder if somebody else may have put it there for others.

    Its owner may be this user, root, or who owns the folder. A system without owners is not asked.

    Args:
        path: of the config.
        start: the folder that it was looked for from.

    Raises:
        ConfigError: another user owns it, or everybody may write it.
    """
    if path.parent.absolute() == start.absolute():
        return
    about = path.stat()
    if not files.is_own(about) and about.st_uid not in (_ROOT, start.stat().st_uid):
        why = "belongs to another user"
    elif files.is_open_to_all(about):
        why = "can be written by everybody"
    else:
        return
    raise ConfigError(
        f"{path} {why}, and was only found, above this folder; if you trust it, add"
        f" --config {shlex.quote(str(path))} or --trust-config; --isolated does without it"
    )
