"""Imported by the server of worker processes alone, see `workers`.

It ignores Ctrl-C from its first moment, for the process that started it says when to stop. What it
imports and loads here, no worker has to.
"""

from __future__ import annotations

import gc
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)

from preflight.core.processes import return_freed_memory  # noqa: E402 - see above

return_freed_memory()

import preflight.pipeline.local_engine  # noqa: E402
import preflight.pipeline.many_files  # noqa: E402, F401
from preflight.config import catalogue  # noqa: E402
from preflight.kinds import country_names  # noqa: E402

catalogue.load(())
country_names.load()
gc.freeze()  # so that no collection in a worker copies the pages that it shares with the server
