"""Imported by the server of worker processes alone, see `workers`.

It ignores Ctrl-C from its first moment, for the process that started it says when to stop. What it
imports and loads here, no worker has to.
"""

from __future__ import annotations

import gc
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)

import preflight.pipeline.local_engine  # noqa: E402 - Ctrl-C may come while it is imported
import preflight.pipeline.many_files  # noqa: E402, F401
from preflight.config import catalogue  # noqa: E402

catalogue.load(())
gc.freeze()  # so that no collection in a worker copies the pages that it shares with the server
