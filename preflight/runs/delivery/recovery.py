"""A call broke, or preflight was killed in it: was it carried out?

Nothing is sent again before that is known. What can be done depends on what the provider offers:

- *idempotency key*: the same call is made again under the same key, and is answered as before;
- *lookup*: the attempt's job is looked for, by a name that no other attempt has;
- neither: nobody can tell, and a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from preflight.core.errors import Denied, ProviderError, Refused, Stopped
from preflight.core.types import Part, Receipt
from preflight.providers.protocol import Call, Provider, Repeat
from preflight.runs.delivery.poller import TRIES, Follower, Pace, words
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Attempt
from preflight.writing.parts import redact_errors

LOOKUPS = 4
"""How often an attempt is looked for before it is taken to have made no job."""

SETTLE = 120.0
"""Seconds over which these lookups are spread at least.

No provider says how long a call may work on after its connection is gone. Dotdigital lets a call
take 121 seconds ("API end points"), the longest that any of them documents, so a job that is not
there by then is taken not to come.
"""

KEY_LIFETIME = 23 * 3600.0
"""Seconds for which a key is trusted: Experiture keeps answers for 24 hours ("Conventions")."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What is known of such a call now.

    Attributes:
        taken: whether it was carried out; None where nobody can tell.
        receipt: the job, if it was.
        result: what the step returned, as for the ledger.
    """

    taken: bool | None
    receipt: Receipt | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


_NOBODY_KNOWS = Recovered(None)


class Recovery:
    """Clears up calls of one run.

    Args:
        ledger: knows the attempts.
        run: the id of their run.
        provider: is asked.
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
            Stopped: no call gets through, so that it cannot be told now.
        """
        state: dict[str, Any] = {}
        for call in self._ledger.attempts(self._run, part.number):
            if call.attempt == pending.attempt:
                state |= call.result
        asked = Call(part, pending.key, state)
        if self._provider.capabilities.repeat is Repeat.KEY:
            return self._repeated(asked, pending)
        if self._provider.capabilities.repeat is Repeat.LOOKUP:
            return self._looked_for(asked)
        return _NOBODY_KNOWS

    def _looked_for(self, call: Call) -> Recovered:
        """By the job's name.

        It is sound because it begins when the request is over (it timed out, it broke, or its
        process is gone), is repeated over `SETTLE` seconds, in which a server comes to the end of
        what it was still doing, and asks for a name that no other attempt has.
        """
        delays = self._provider.delays()
        for number in range(LOOKUPS):
            if number:
                pause = max(next(delays, 0.0), SETTLE / (LOOKUPS - 1)) * self._pace.scale
                self._follower.rest(
                    pause, f"part {call.part.number} is looked for at {self._provider.name}"
                )
            receipt = self._look_up(call)
            if receipt is not None:
                return Recovered(True, receipt, {"job": receipt.job})
        return Recovered(False)

    def _repeated(self, call: Call, pending: Attempt) -> Recovered:
        """By the key.

        The job is looked at first, where the provider knows one by then. A key that is too old, and
        a repeated call that is refused, prove nothing.
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
        """One lookup, repeated until it gives an answer."""
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
            f"it cannot be told whether part {call.part.number} was taken: {words(error)}"
        )
