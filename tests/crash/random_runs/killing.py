"""Kills a call: a forked child carries it out, and is dead by SIGKILL at a chosen call of C code.

Nothing of the product is replaced. The child counts the calls that reach the disk, the ledger or
the provider (`PLACES`), and kills itself before or after one of them, without any handler or
`finally` being run. Each is at the same place each time, so that what is found can be found again.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from preflight.core.errors import BooksError, PreflightError

PLACES = frozenset(
    {
        "execute", "executemany", "commit", "fsync", "flock", "lockf", "rename", "replace",
        "unlink", "link", "open", "write", "close", "mkdir", "connect", "send", "sendall", "recv",
        "recv_into", "poll", "fork_exec", "waitpid",
    }
)  # fmt: skip
"""The names of functions written in C at whose calls a child can be killed."""

LONGEST = 120.0
"""Seconds after which a call is stuck."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Where a call is killed.

    Attributes:
        at: at which call of `PLACES`, from 1.
        after: whether that call is carried out first.
        begun: whether only calls after the run stands in the ledger count.
    """

    at: int
    after: bool
    begun: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended.

    Attributes:
        killed: whether it was killed.
        error: the kind of the error that it said no with; "" if it did not.
        words: of that error.
    """

    killed: bool = False
    error: str = ""
    words: str = ""


Action = Callable[[Callable[[], None]], object]
"""A call. It is given what it has to call once the run stands in the ledger."""


def carried_out(action: Action, kill: Kill | None) -> Ended:
    """Carries out a call, which may be killed.

    Raises:
        AssertionError: it ended as no call may.
    """
    if kill is None:
        return _told(action, lambda: None)
    return _forked(action, kill)


def _told(action: Action, begun: Callable[[], None]) -> Ended:
    try:
        action(begun)
    except BooksError:
        raise
    except PreflightError as error:
        return Ended(error=type(error).__name__, words=str(error))
    return Ended()


def _forked(action: Action, kill: Kill) -> Ended:
    told, telling = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # The server's thread is idle now, and the child has no use for it.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if not pid:
        os.close(told)
        _child(action, kill, telling)
    os.close(telling)
    watched = os.pidfd_open(pid)
    over, _, _ = select.select([watched], [], [], LONGEST)
    if not over:
        os.kill(pid, signal.SIGKILL)
    os.close(watched)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(told, "rb") as file:
        said = file.read()
    assert over, f"a call did not end in {LONGEST:g} s"
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL:
        return Ended(killed=True)
    assert code == 0, f"a call ended with {code}: {said.decode(errors='replace')}"
    ended: Ended = pickle.loads(said)
    return ended


def _child(action: Action, kill: Kill, telling: int) -> None:
    """The call itself; it does not return."""
    gc.disable()  # what is open here is the parent's, too, and is not to be closed by a collector
    code = 1
    try:
        arm = _armed(kill)
        if not kill.begun:
            arm()
        ended = _told(action, arm if kill.begun else lambda: None)
        sys.setprofile(None)
        os.write(telling, pickle.dumps(ended))
        code = 0
    except BaseException:  # noqa: BLE001 - a child tells everything, and never returns
        sys.setprofile(None)
        os.write(telling, traceback.format_exc()[-60_000:].encode())
    finally:
        os._exit(code)


def _armed(kill: Kill) -> Callable[[], None]:
    """What begins to count, once."""
    wanted, counted = "c_return" if kill.after else "c_call", 0

    def look(_frame: FrameType, event: str, arg: Any) -> None:
        nonlocal counted
        if event == wanted and arg.__name__ in PLACES:
            counted += 1
            if counted == kill.at:
                os.kill(os.getpid(), signal.SIGKILL)

    def arm() -> None:
        if threading.current_thread() is threading.main_thread() and sys.getprofile() is None:
            sys.setprofile(look)

    return arm
