"""How a run reaches its provider, and how long it waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from preflight.config import profiles
from preflight.core import files
from preflight.core.errors import UsageError
from preflight.providers import registry
from preflight.providers.access import is_loopback
from preflight.providers.destination import OWN, SANDBOX, destination, is_local, named
from preflight.providers.option import validated
from preflight.providers.protocol import Provider
from preflight.runs.delivery.events import Events
from preflight.runs.delivery.events import silent as no_events
from preflight.runs.ledger.run import Run

POLL_SCALE = "PREFLIGHT_POLL_SCALE"
CALL_TIMEOUT = "PREFLIGHT_CALL_TIMEOUT"
_FAST = 0.02
"""A poll after 0.1 s, where a provider wants 5 s."""


@dataclass(frozen=True)
class Connection:
    """How to reach a provider and how long to wait.

    Attributes:
        options: the provider's own.
        environ: holds secrets and addresses.
        base_url: instead of the provider's address.
        sandbox: whether to send to the stand-ins, whatever else is given.
        stand_ins: starts them, and returns the environment that points at them; None if the caller
            has none.
        wait: whether to wait for the jobs to end.
        clock, sleep: the clock, and a function that waits.
        events: called with each event while a run is prepared, sent and followed.
    """

    options: Mapping[str, str]
    environ: Mapping[str, str]
    base_url: str | None = None
    sandbox: bool = False
    stand_ins: Callable[[], Mapping[str, str]] | None = None
    wait: bool = True
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    events: Events = no_events

    def address(self, provider: str) -> str:
        """Where calls to a provider go, see `providers.destination`.

        Raises:
            UsageError: there is no such provider.
        """
        return SANDBOX if self.sandbox else destination(provider, self.base_url, self.environ)

    def going_on(self, run: Run) -> Connection:
        """This connection, to the address where a run began.

        A stored address outside this machine is not enough to send credentials there: the caller
        has to name it again.

        Raises:
            UsageError: it would go to another address.
        """
        address = self.address(run.provider)
        if address == run.address:
            return self
        client = registry.client(run.provider)
        if not self.base_url and not self.sandbox:
            if run.is_rehearsal and self.stand_ins is not None:
                return replace(self, sandbox=True)
            known = getattr(client, "HOSTS", ()) and not self.environ.get(client.BASE_URL)
            if known and is_loopback(urlsplit(run.address).hostname or ""):
                return replace(self, base_url=run.address)
        raise UsageError(
            f"run {run.id} began at {named(run.provider, run.address)}, and this call would go to "
            f"{named(run.provider, address)}: {_same_address(run, client.BASE_URL)}"
        )

    def check(self, provider: str, options: Mapping[str, str], *, secrets: bool = True) -> None:
        """Makes sure that a provider can be connected to, before anything is read or started.

        Args:
            provider: its name.
            options: its options.
            secrets: whether they are needed, and the address; not if nothing will be sent.

        Raises:
            UsageError, MissingSecret: see `registry.connect`.
            MissingExtra: the stand-ins are not installed.
        """
        validated(provider, registry.options(provider), options)
        _ = self.scale(provider), self.patience
        if self.sandbox and self.base_url:
            raise UsageError("--sandbox and --base-url name two addresses; leave one of them out")
        if secrets and self.sandbox:
            from preflight.providers.sandbox.server import require_extra  # here: few calls need it

            require_extra()
        elif secrets:
            self.connected(provider, options).close()

    def connected(self, provider: str, options: Mapping[str, str]) -> Provider:
        """Connects to a provider; makes no call yet.

        Raises:
            UsageError, MissingSecret: see `registry.connect`.
        """
        environ = self.environ
        if self.sandbox and self.stand_ins is not None:
            environ = self.stand_ins()
        return registry.connect(
            provider,
            options=options,
            environ=environ,
            base_url=None if self.sandbox else self.base_url,
            timeout=self.patience,
            field_kinds={
                field.name: field.kind for field in profiles.load(provider).fields.values()
            },
        )

    def scale(self, provider: str) -> float:
        """The factor for the documented waiting times of a provider.

        It is 1, except for stand-ins: their jobs end at once.

        Raises:
            UsageError: there is no such provider, or the variable is not a number.
        """
        return self._number(POLL_SCALE, _FAST if is_local(self.address(provider)) else 1.0)

    @property
    def patience(self) -> float:
        """Seconds that a call may take to send a block, or to wait for one.

        Dotdigital asks for 121 ("API end points"), the longest of what providers document.

        Raises:
            UsageError: the variable is not a number.
        """
        return self._number(CALL_TIMEOUT, 121.0)

    def _number(self, name: str, default: float) -> float:
        text = self.environ.get(name, str(default))
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            raise UsageError(f"{name} must be a number from 0 up")
        return number


def _same_address(run: Run, variable: str) -> str:
    """How to go on with a run at the address where it began."""
    if run.address == OWN:
        return f"leave out --sandbox and --base-url, and unset {variable}"
    if run.is_rehearsal:
        return "add --sandbox, without --base-url"
    return f"add `--base-url {run.address}`, or set {variable} as it was"


def sandbox_starter(
    state_dir: Path,
    environ: Mapping[str, str],
    stack: ExitStack,
    started: Callable[[str], None] = lambda _: None,
) -> Callable[[], Mapping[str, str]]:
    """The `stand_ins` of a connection: starts them, and returns the environment for them.

    Args:
        state_dir: where they keep their data.
        environ: that their addresses and secrets are put over.
        stack: stops them when it is closed.
        started: told their address.
    """

    def start() -> Mapping[str, str]:
        from preflight.providers.sandbox.server import Sandbox  # an extra; few calls need it

        files.folder(state_dir)
        box = stack.enter_context(Sandbox(state_dir / "sandbox.sqlite"))
        started(box.url)
        return {**environ, **box.environment}

    return start
