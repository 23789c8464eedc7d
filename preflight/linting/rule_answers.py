"""What the functions of a rule answer, and that it is what was asked for.

A rule may be anyone's. It is asked for a boolean mask, or for a text a row, of the index that it
was given; an exception or anything else is a crash, whose message holds no value.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from preflight.rule import Rule


class RuleCrashed(Exception):  # noqa: N818 - it is caught inside, and names what happened
    """A rule raised, or its answer is no mask; the text names the rule and the error's class.

    Attributes:
        raised: whether it raised, which may be one cell's doing; a wrong kind of answer never is.
    """

    def __init__(self, message: str, *, raised: bool = False) -> None:
        super().__init__(message)
        self.raised = raised


def crash_message(rule: Rule, error: Exception) -> str:
    """A failure of a rule, in words that hold no value: an error's own text may."""
    return str(error) if isinstance(error, RuleCrashed) else f"{rule.code}: {type(error).__name__}"


@functools.lru_cache(maxsize=1024)
def arity(function: Any) -> int:
    """How many arguments what a rule file defines takes: with the context, or without."""
    return len(inspect.signature(function).parameters)


def asked(function: Any, given: Any, context: Callable[[], Any]) -> Any:
    """What a rule's function answers, called with the context if it takes one."""
    return function(given) if arity(function) == 1 else function(given, context())


def mask_of(rule: Rule, answer: object, index: pd.Index[Any]) -> pd.Series[bool]:
    """A rule's answer, which must be a boolean mask of an index.

    Raises:
        RuleCrashed: it is not one.
    """
    if not isinstance(answer, pd.Series) or not pd.api.types.is_bool_dtype(answer.dtype):
        raise RuleCrashed(f"{rule.code}: its check gave no boolean mask")
    if not answer.index.equals(index):
        raise RuleCrashed(f"{rule.code}: its check gave a mask of another index")
    if answer.dtype == np.bool_:  # which has no gaps
        return answer
    if answer.hasnans:
        raise RuleCrashed(f"{rule.code}: its check gave a mask with gaps")
    return answer.astype(bool)


def series_of(rule: Rule, answer: object, index: pd.Index[Any], what: str) -> pd.Series[Any]:
    """A rule's answer, which must be a series of an index.

    Args:
        rule: whose answer it is.
        answer: what it answered.
        index: of the rows that it was asked for.
        what: the answer in a message: "its reasons are".

    Raises:
        RuleCrashed: it is not one.
    """
    if not isinstance(answer, pd.Series) or not answer.index.equals(index):
        raise RuleCrashed(f"{rule.code}: {what} not a series of the same index")
    return answer


def texts_of(rule: Rule, answer: object, index: pd.Index[Any], what: str) -> pd.Series[str]:
    """A rule's answer, which must be a text for each row; the arguments are those of `series_of`.

    Raises:
        RuleCrashed: it is not one.
    """
    texts = series_of(rule, answer, index, what)
    whole = texts.dtype == "str" and not texts.hasnans
    if not whole and not all(isinstance(text, str) for text in texts.array):
        raise RuleCrashed(f"{rule.code}: {what} no text")
    return texts.astype("str")
