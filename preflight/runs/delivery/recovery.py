"""Finds out whether a call was carried out that broke off, or that preflight was killed in.

Nothing is sent again before that is known. How to find out depends on the provider:

- *idempotency key*: the call is repeated with the same key, and gets the same answer;
- *lookup*: the attempt's job is searched by its unique name;
- neither: it stays unknown, and a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from preflight.core.errors import Denied, ProviderError, Refused, Stopped
from preflight.core.exchange import Part, Receipt
from preflight.providers.protocol import Call, Provider, Repeat
from preflight.runs.delivery.poller import TRIES, Follower, Pace, words
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Attempt
from preflight.writing.parts import redact_errors

LOOKUPS = 4
"""The number of lookups without a job after which the attempt counts as not carried out."""

SETTLE = 120.0
"""The shortest time in seconds over which the lookups are spread.

No provider documents how long it may work on a call after the connection is lost. The longest
documented call takes 121 seconds (Dotdigital, "API end points"), so a job that does not exist by
then will not appear.
"""

KEY_LIFETIME = 23 * 3600.0
"""Seconds for which a key is trusted: Experiture keeps answers for 24 hours ("Conventions")."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The result of a recovery.

    Attributes:
        taken: whether the call was carried out; None if that cannot be known.
        receipt: the job, if it was carried out.
        result: of the step, as for the ledger.
    """

    taken: bool | None
    receipt: Receipt | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


_NOBODY_KNOWS = Recovered(None)


class Recovery:
    """Recovers the calls of one run.

    Args:
        ledger: has the attempts.
        run: the ID of their run.
        provider: to ask.
        pace: how long to wait.
        follower: waits, and follows the run's jobs meanwhile.
    """

    def __init__(
        self, ledger: Ledger, run: str, provider: Provider, pace: Pace, follower: Follower
    ) -> None:
        self._ledger = ledger
        self._run = run
        self._provider = provider
        self._pace = pace
        self._follower = follower

    def clear(self, part: Part, pending: Attempt) -> Recovered:
        """Finds out whether a call was carried out.

        Raises:
            Stopped: no call succeeds, so this cannot be found out now.
        """
        state: dict[str, Any] = {}
        for attempt in self._ledger.attempts(self._run, part.number):
            if attempt.attempt == pending.attempt:
                state |= attempt.result
        call = Call(part, pending.key, state)
        if self._provider.capabilities.repeat is Repeat.KEY:
            return self._by_repeating(call, pending)
        if self._provider.capabilities.repeat is Repeat.LOOKUP:
            return self._by_lookup(call)
        return _NOBODY_KNOWS

    def _by_lookup(self, call: Call) -> Recovered:
        """Recovers by a lookup of the job's name.

        This is sound because it begins after the request ended (by a timeout, an error, or the end
        of the process), lasts `SETTLE` seconds, in which the server completes what it was still
        doing, and uses a name that no other attempt has.
        """
        delays = self._provider.delays()
        for number in range(LOOKUPS):
            if number:
                pause = max(next(delays, 0.0), SETTLE / (LOOKUPS - 1)) * self._pace.scale
                self._follower.rest(
                    pause, f"looking for part {call.part.number} at {self._provider.name}"
                )
            receipt = self._look_up(call)
            if receipt is not None:
                return Recovered(True, receipt, {"job": receipt.job})
        return Recovered(False)

    def _by_repeating(self, call: Call, pending: Attempt) -> Recovered:
        """Recovers by repeating the call with the same key.

        First looks up the job, in case the provider has one by now. A key that is too old and a
        refusal of the repeated call prove nothing.
        """
        step = next(step for step in self._provider.steps() if step.name == pending.step)
        misses = 0
        while True:
            receipt = self._look_up(call)
            if receipt is not None:
                return Recovered(True, receipt, {"job": receipt.job})
            if self._ledger.now() - pending.began > KEY_LIFETIME:
                return _NOBODY_KNOWS
            try:
                with redact_errors(call.part):
                    result = step.run(call)
            except Denied as error:
                raise Stopped(words(error)) from None
            except Refused:
                return _NOBODY_KNOWS
            except ProviderError as error:
                misses += 1
                if misses >= TRIES:
                    raise self._stopped(call, error) from None
                self._follower.rest(self._pace.backoff(misses, error.retry_after), words(error))
            else:
                receipt = self._provider.receipt({**call.state, **result})
                return Recovered(True, receipt, result)

    def _look_up(self, call: Call) -> Receipt | None:
        """One lookup, repeated until the provider answers."""
        misses = 0
        while True:
            try:
                with redact_errors(call.part):
                    return self._provider.lookup(call)
            except ProviderError as error:
                misses += 1
                if isinstance(error, (Denied, Refused)) or misses >= TRIES:
                    raise self._stopped(call, error) from None
                self._follower.rest(self._pace.backoff(misses, error.retry_after), words(error))

    @staticmethod
    def _stopped(call: Call, error: ProviderError) -> Stopped:
        return Stopped(
            f"it is not known whether part {call.part.number} was accepted: {words(error)}"
        )
