"""What all tests share.

`HYPOTHESIS_PROFILE=thorough` looks at many more cases than `make test`.
"""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# A run that a shell put into the background ignores Ctrl-C, and so would every process it starts:
# the tests of interruptions must not depend on how they were called.
signal.signal(signal.SIGINT, signal.default_int_handler)
