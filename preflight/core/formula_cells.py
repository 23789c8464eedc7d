"""`formula_text`, of many cells at once; apart from it as `invisible_cells` is from `invisible`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import mapped, matches
from preflight.core.formula_text import FORMULA_TEXT, formula_text


def formula_texts(values: pa.Array) -> pa.Array:
    """`formula_text` of each string of an array."""
    maybe = pc.starts_with(pc.utf8_ltrim_whitespace(values), "=")
    if not pc.any(maybe).as_py():
        return values
    return mapped(values, matches(values, FORMULA_TEXT), formula_text)
