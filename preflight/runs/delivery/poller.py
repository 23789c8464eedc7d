"""Follows the jobs of a run to their end, and waits; sending is the business of `submit`.

Waiting of every kind goes through here, so that no job is forgotten while something else is
waited for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from preflight.core.errors import Denied, ProviderError, Refused, Stopped
from preflight.core.redact import mask
from preflight.core.types import Outcome, Part, Receipt
from preflight.providers.protocol import Provider
from preflight.runs.delivery.events import Events, PartEnded, Polled, Waiting
from preflight.runs.ledger.ledger import Ledger
from preflight.writing.parts import redact_errors, redact_rows

TRIES = 8
"""How often a call may fail, with nothing else moving, until the run is stopped."""

LONGEST_BACKOFF = 60.0
"""Seconds that are waited at most where the provider does not ask for more."""

LONGEST_ASKED = 86_400.0
"""Seconds that are waited at most where it does: a day, after which it is asked again."""


def words(error: ProviderError) -> str:
    """What a provider said, fit for a ledger and a log."""
    return mask(str(error))


_PLAIN = re.compile(r"[A-Za-z_-]+")


def _unrepeating(outcome: Outcome, part: Part) -> Outcome:
    """An outcome whose words are fit for a ledger and a log; a status of one word is nobody's."""
    texts = [outcome.message, outcome.status]
    if not outcome.message and (not outcome.status or _PLAIN.fullmatch(outcome.status)):
        return outcome
    if _PLAIN.fullmatch(outcome.status):
        texts.pop()
    message, *status = redact_rows(texts, part)
    return replace(outcome, message=message, status=status[0] if status else outcome.status)


@dataclass(frozen=True, slots=True)
class Pace:
    """When it is, and how long to wait.

    Attributes:
        clock: seconds, from any zero.
        sleep: waits for so many seconds.
        jitter: 0 to 1, a new one each time.
        scale: shortens all waiting that no answer asked for.
        deadline: the moment after which nothing is waited for; None for none.
    """

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    jitter: Callable[[], float]
    scale: float
    deadline: float | None

    def backoff(self, tries: int, asked: float | None) -> float:
        """Seconds until the next try after so many failures: full jitter, or what was asked for."""
        ceiling = min(LONGEST_BACKOFF, 2.0 ** min(tries, 10))
        return max(min(asked or 0.0, LONGEST_ASKED), self.jitter() * ceiling * self.scale)

    def until(self, moment: float) -> None:
        """Waits.

        Raises:
            Stopped: the time-out comes first.
        """
        if self.deadline is not None and moment > self.deadline:
            raise Stopped("the time-out was reached")
        while (left := moment - self.clock()) > 0:
            self.sleep(left)


@dataclass(slots=True)
class _Job:
    """A job that is followed: when to ask next, how often that failed, and how it ended."""

    part: Part
    receipt: Receipt
    delays: Iterator[float]
    due: float
    misses: int = 0
    outcome: Outcome | None = None


class Follower:
    """The jobs of one drive that have not ended.

    Args:
        ledger: what becomes of them is written there.
        run: the id of their run.
        provider: knows them.
        pace: when it is, and how long to wait.
        tell: is told what happens.

    Attributes:
        obstacles: why some of them are followed no longer, though they have not ended.
        unknown: parts whose job ended without the provider knowing how, and its words.
    """

    def __init__(
        self, ledger: Ledger, run: str, provider: Provider, pace: Pace, tell: Events
    ) -> None:
        self._ledger = ledger
        self._run = run
        self._provider = provider
        self._pace = pace
        self._tell = tell
        self._jobs: list[_Job] = []
        self.obstacles: list[str] = []
        self.unknown: list[tuple[Part, str]] = []

    def __bool__(self) -> bool:
        """Whether any job is under way."""
        return bool(self._jobs)

    def watch(self, part: Part, receipt: Receipt) -> None:
        """Begins to follow a job."""
        job = _Job(part, receipt, self._provider.delays(), 0.0)
        self._jobs.append(job)
        self._plan(job)

    def _plan(self, job: _Job) -> None:
        """Sets when a job is asked for next, or gives it up where the provider's schedule ends."""
        delay = next(job.delays, None)
        if delay is None:
            self._give_up(
                job, f"is still under way at {self._provider.name} after the longest wait"
            )
        else:
            job.due = self._pace.clock() + delay * self._pace.scale

    def _give_up(self, job: _Job, why: str) -> None:
        """Follows a job no longer in this drive; the part stays sent."""
        self._jobs.remove(job)
        self.obstacles.append(f"part {job.part.number} (job {job.receipt.job}) {why}")

    def finish(self) -> None:
        """Follows them all until each has ended or cannot be followed.

        Raises:
            Stopped: the time-out comes first, or the credentials are not accepted any more.
        """
        while self._jobs:
            self._pace.until(min(job.due for job in self._jobs))
            self.ask_due()

    def rest(self, seconds: float, why: str) -> None:
        """Waits, and asks for jobs meanwhile so that they come to their end."""
        self._tell(Waiting(seconds, why))
        end = self._pace.clock() + seconds
        while self._pace.clock() < end:
            self._pace.until(min([end, *(job.due for job in self._jobs)]))
            self.ask_due()

    def ask_due(self) -> None:
        """Asks for every job whose time has come."""
        for job in list(self._jobs):
            if job.due <= self._pace.clock():
                self._ask(job)

    def _ask(self, job: _Job) -> None:
        """Asks how far a job is, and for its failure report once it has ended."""
        reason, report = "", None
        try:
            if job.outcome is None:
                with redact_errors(job.part):
                    outcome = _unrepeating(self._provider.poll(job.receipt), job.part)
                job.misses = 0
                self._tell(Polled(job.part, outcome))
                if outcome.state == "running":
                    self._plan(job)
                    return
                job.outcome = outcome
            reason = mask(job.outcome.message)
            with redact_errors(job.part):
                report = self._provider.failures(job.receipt, job.outcome)
        except Denied as error:
            raise Stopped(words(error)) from None
        except Refused as error:
            if job.outcome is None:
                self._give_up(
                    job,
                    f"cannot be followed: {words(error)}; if it is known to have been taken, "
                    f"`--mark-accepted {job.part.number}`",
                )
                return
            gone = f"its failure report cannot be had: {words(error)}"
            reason = f"{reason}; {gone}" if reason else gone
        except ProviderError as error:
            job.misses += 1
            if job.misses >= TRIES:
                self._give_up(job, f"no answer after {TRIES} tries: {words(error)}")
                return
            pause = self._pace.backoff(job.misses, error.retry_after)
            job.due = self._pace.clock() + pause
            self._tell(Waiting(pause, words(error)))
            return
        self._ledger.end_part(self._run, job.part.number, job.outcome, report, reason=reason)
        self._jobs.remove(job)
        if job.outcome.state == "unknown":
            self.unknown.append((job.part, reason))
        self._tell(PartEnded(job.part, job.outcome))
