"""The user's own pandera schema: loaded before a row is read, applied to the whole file.

A check may be of any kind that pandera allows. Many kinds need the whole file: uniqueness, or a
check of a group or a column. So the schema sees one frame of all records that are well-formed and
not duplicates, after fixing: text, with missing values for blank cells, the header as written for
column names, and a plain index from 0. As a file holds only text, columns of other types are
coerced, even if the schema does not say so; except `bool`, because for pandas every text is true.

Pandera decides, and its results are read from masks and indices, never from the text of an
exception, which has values. A failure without rows (a scalar, a group, a missing column) is about
the file. If a check raises, no row passes: the rows are unknown.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa_schema
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from preflight.config.catalogue import in_a_line, run_file
from preflight.core.errors import RuleError
from preflight.core.suggest import nearest
from preflight.core.types import Ints

_ROUNDS = 5
# Failures of the columns, regardless of their cells.
_OF_COLUMNS = {
    SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME: "it wants the column `{}`, which is not there",
    SchemaErrorReason.COLUMN_NOT_IN_SCHEMA: "it has no such column, and is strict",
    SchemaErrorReason.COLUMN_NOT_ORDERED: "it wants its columns in another order",
    SchemaErrorReason.DUPLICATE_COLUMN_LABELS: "it wants every column name once",
    SchemaErrorReason.ADD_MISSING_COLUMN_NO_DEFAULT: "it cannot add the column `{}`",
    SchemaErrorReason.INVALID_COLUMN_NAME: "no column fits its pattern `{}`",
    SchemaErrorReason.MISMATCH_INDEX: "it wants another index than row numbers",
}


@dataclass(frozen=True)
class SchemaFailure:
    """A failure of the schema.

    Attributes:
        message: a fact in lower case, with the check's name and without a value.
        rows: positions in the frame; None if it is about the file as a whole.
        column: the position of a column in the frame; None if it is not about a single column.
        unknown: whether a check crashed, so that nothing is known about the rows.
        warning: whether the schema only warns.
    """

    message: str
    rows: Ints | None = None
    column: int | None = None
    unknown: bool = False
    warning: bool = False


@dataclass(frozen=True)
class UserSchema:
    """A user's schema, ready to validate.

    Attributes:
        schema: a copy, made to report every failure and to drop nothing.
        softened: its checks that only warn, by identity.
    """

    schema: pa_schema.DataFrameSchema
    softened: frozenset[int] = field(default_factory=frozenset)

    def judge(self, frame: pd.DataFrame) -> list[SchemaFailure]:
        """The failures of the schema in a file.

        Args:
            frame: text with missing values, index 0, 1, ….
        """
        failures: list[SchemaFailure] = []
        rest = frame
        for _ in range(_ROUNDS):
            errors, data = self._errors(rest)
            if isinstance(errors, Exception):
                message = f"the schema crashed ({type(errors).__name__})"
                return [
                    *failures,
                    SchemaFailure(message, rest.index.to_numpy(np.int64), unknown=True),
                ]
            failed = [failure for error in errors for failure in self._uncoerced(error, rest)]
            if not failed:
                rest_failures = (
                    failure for error in errors for failure in self._failures(error, data, rest)
                )
                return [*failures, *_once(rest_failures)]
            # A cell of a wrong type would make the checks of its column raise, and all other cells
            # unknown. So these rows are reported, and the others are validated again.
            failures += failed
            gone = np.unique(
                np.concatenate([failure.rows for failure in failed if failure.rows is not None])
            )
            rest = rest[~rest.index.isin(gone)]
        message = "the schema crashed (its types cannot be settled)"
        return [*failures, SchemaFailure(message, rest.index.to_numpy(np.int64), unknown=True)]

    def _errors(self, frame: pd.DataFrame) -> tuple[list[SchemaError] | Exception, pd.DataFrame]:
        """The errors of pandera and the frame that it returned; or the exception of a parser."""
        try:
            # The user's environment may turn validation off for other programs.
            with (
                config_context(
                    validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA
                ),
                warnings.catch_warnings(),
            ):
                warnings.simplefilter("ignore")
                _expanded(self.schema, frame).validate(frame, lazy=True)
        except SchemaErrors as errors:
            return list(errors.schema_errors), errors.data
        except Exception as error:  # noqa: BLE001 - a parser may raise anything
            return error, frame
        return [], frame

    def _uncoerced(self, error: SchemaError, frame: pd.DataFrame) -> Iterator[SchemaFailure]:
        """The cells that are not of their column's type."""
        cases = error.failure_cases
        if error.reason_code is not SchemaErrorReason.DATATYPE_COERCION:
            return
        if not isinstance(cases, pd.DataFrame) or "index" not in cases:
            return
        message = f"not of the schema's type {_quoted(error.schema.dtype)}"
        for name, labels in _typed(error, cases).items():
            rows = _known(labels, frame)
            at = _position(name, frame)
            if at is not None and getattr(error.schema, "nullable", False):
                filled = frame.index[frame.iloc[:, at].notna()]
                rows = np.intersect1d(rows, filled.to_numpy(np.int64))
            if len(rows):
                yield SchemaFailure(message, rows, at)

    def _failures(
        self, error: SchemaError, data: pd.DataFrame, frame: pd.DataFrame
    ) -> Iterator[SchemaFailure]:
        reason, check = error.reason_code, error.check
        name = error.column_name if error.column_name is not None else error.schema.name
        at = _position(name, frame)
        warning = id(check) in self.softened
        if reason in _OF_COLUMNS:
            named = error.failure_cases
            if reason is SchemaErrorReason.INVALID_COLUMN_NAME:
                named = error.schema.name
            elif reason is not SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
                at = _position(named, frame)
            problem = _OF_COLUMNS[reason].format(named)
            yield SchemaFailure(f"your schema fails: {problem}", column=at)
            return
        if frame.empty:
            # There are no rows, so none can fail.
            return
        # A parser of the schema may have reordered or removed rows.
        moved = not data.index.equals(frame.index)
        if reason is SchemaErrorReason.CHECK_ERROR:
            yield from _crashed(error, data, frame, at, moved=moved)
            return
        message = _message(error)
        reported = [] if moved else list(_reported_rows(error, data, frame, at))
        if not reported:
            yield SchemaFailure(message, column=at, warning=warning)
        for column, rows in reported:
            if warning:
                count = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
                yield SchemaFailure(f"{message} in {count}", column=column, warning=True)
            else:
                yield SchemaFailure(message, rows, column)


def _once(failures: Iterable[SchemaFailure]) -> list[SchemaFailure]:
    """Each failure once: pandera reports a cell of a wrong type twice."""
    kept = {
        (
            failure.message,
            None if failure.rows is None else failure.rows.tobytes(),
            failure.column,
        ): failure
        for failure in failures
    }
    return list(kept.values())


def _typed(error: SchemaError, cases: pd.DataFrame) -> dict[object, list[object]]:
    """The index labels of cells that cannot be coerced, by column."""
    labels: dict[object, list[object]] = {}
    for label, case in zip(cases["index"], cases["failure_case"], strict=True):
        # A type of the whole frame reports the cells of a row by column name.
        for name in case if isinstance(case, dict) else [error.schema.name]:
            labels.setdefault(name, []).append(label)
    return labels


def _reported_rows(
    error: SchemaError, data: pd.DataFrame, frame: pd.DataFrame, at: int | None
) -> Iterator[tuple[int | None, Ints]]:
    """The columns and rows that a failure is about; none if it names no rows."""
    cases, output = error.failure_cases, error.check_output
    repeated = _repeated(error, data, at)
    if repeated is not None:
        yield at, _known(data.index[repeated], frame)
        return
    if not isinstance(cases, pd.DataFrame) or getattr(error.check, "groupby", None) is not None:
        return
    if isinstance(output, pd.DataFrame):
        for name in output.columns:
            rows = _known(output.index[~output[name].astype(bool)], frame)
            if len(rows):
                yield _position(name, frame), rows
    elif isinstance(output, pd.Series):
        yield at, _known(output.index[~output.astype(bool)], frame)
    elif "index" in cases and len(cases):
        yield at, _known(cases["index"], frame)


def _repeated(error: SchemaError, data: pd.DataFrame, at: int | None) -> np.ndarray | None:
    """The rows that are not unique; pandera's own cases leave out missing values."""
    keeps = {"exclude_first": "first", "exclude_last": "last"}
    keep: Any = keeps.get(getattr(error.schema, "report_duplicates", "all"), False)
    if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_DUPLICATES and at is not None:
        return np.asarray(data.iloc[:, at].duplicated(keep=keep))
    if error.reason_code is SchemaErrorReason.DUPLICATES:
        unique = error.schema.unique
        groups = unique if unique and isinstance(unique[0], (list, tuple)) else [unique]
        masks = [data.duplicated(subset=list(group), keep=keep).to_numpy() for group in groups]
        return np.asarray(np.logical_or.reduce(masks))
    return None


def _crashed(
    error: SchemaError, data: pd.DataFrame, frame: pd.DataFrame, at: int | None, *, moved: bool
) -> Iterator[SchemaFailure]:
    """The failures of a check that raised: element-wise checks are repeated cell by cell."""
    check = error.check
    raised = str(error.failure_cases).partition("(")[0]
    message = f"{_named(error)} crashed, so this was not checked ({raised})"
    all_rows = frame.index.to_numpy(np.int64)
    if moved or at is None or not check.element_wise:
        yield SchemaFailure(message, all_rows, at, unknown=True)
        return
    values = data.iloc[:, at]
    checked = values.dropna() if check.ignore_na else values
    verdicts = checked.map(lambda value: _passes(check, value))
    unknown = verdicts.index[verdicts.isna()].to_numpy(np.int64)
    failed = verdicts.index[verdicts.eq(False).fillna(False)].to_numpy(np.int64)
    yield SchemaFailure(message, unknown if len(unknown) else all_rows, at, unknown=True)
    if len(failed):
        yield SchemaFailure(_message(error), failed, at)


def _passes(check: Any, value: object) -> bool | None:
    """The result of an element-wise check for one value; None if it raises."""
    try:
        return bool(check._check_fn(value, **check._check_kwargs))
    except Exception:  # noqa: BLE001 - a check may raise anything
        return None


def _message(error: SchemaError) -> str:
    """What is wrong, without a value."""
    if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return "blank, but your schema requires a value (not_nullable)"
    if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_DUPLICATES:
        return "not unique, as your schema requires (field_uniqueness)"
    if error.reason_code is SchemaErrorReason.DUPLICATES:
        names = np.asarray(error.schema.unique, dtype=object).ravel()
        return f"not unique, as your schema requires {', '.join(map(str, names))} together"
    if error.reason_code in (
        SchemaErrorReason.WRONG_DATATYPE,
        SchemaErrorReason.DATATYPE_COERCION,
    ):
        return f"not of the schema's type {_quoted(error.schema.dtype)}"
    return f"{_named(error)} fails"


def _named(error: SchemaError) -> str:
    """The name of a check: its error text, its name, or its number."""
    check = error.check
    if isinstance(check, str):
        return f"your schema's check {_quoted(check)}"
    name = check.error or check.name
    if not name or name == "<lambda>":
        return f"your schema's check number {(error.check_index or 0) + 1}"
    return f"your schema's check {_quoted(name)}"


def _quoted(text: object) -> str:
    return f"`{' '.join(str(text).split())}`"


def _known(index: Any, frame: pd.DataFrame) -> Ints:
    """The index labels that are rows of the frame, each once and in order."""
    labels = pd.Index(index)
    kept = labels[labels.isin(frame.index)]
    return np.unique(kept.to_numpy(dtype=np.int64))


def _position(name: object, frame: pd.DataFrame) -> int | None:
    """The position of the first column of that name."""
    if not isinstance(name, str) or name not in frame.columns:
        return None
    return list(frame.columns).index(name)


def _expanded(schema: pa_schema.DataFrameSchema, frame: pd.DataFrame) -> pa_schema.DataFrameSchema:
    """The schema with a column for each match of a pattern, so that failures name the column."""
    if not any(column.regex for column in schema.columns.values()):
        return schema
    columns: dict[str, pa_schema.Column] = {}
    for name, column in schema.columns.items():
        fitting = _fitting(column, frame) if column.regex else []
        if not fitting or any(
            name_found in columns or name_found in schema.columns for name_found in fitting
        ):
            columns[name] = column
            continue
        for name_found in fitting:
            plain = copy.copy(column)
            plain.regex = False
            columns[name_found] = plain.set_name(name_found)
    whole = copy.copy(schema)
    whole.columns = columns
    return whole


def _fitting(column: pa_schema.Column, frame: pd.DataFrame) -> list[str]:
    try:
        return list(column.get_regex_columns(frame))
    except SchemaError:
        return []


def load(given: str) -> UserSchema:
    """The schema that `FILE:NAME` names.

    Raises:
        RuleError: the file does not load, or the name is not a DataFrameSchema or DataFrameModel.
    """
    file, _, name = given.rpartition(":")
    path = Path(file)
    if not path.is_file():
        raise RuleError(f"schema {path}: there is no such file")
    module = run_file(path)
    where = f"schema {path}: {name}"
    if not hasattr(module, name):
        near = nearest(name, vars(module))
        hint = f"; did you mean `{near}`?" if near else ""
        raise RuleError(f"schema {path}: has no `{name}`{hint}")
    value = getattr(module, name)
    try:
        if isinstance(value, type) and issubclass(value, pa_schema.DataFrameModel):
            value = value.to_schema()
        schema = ready(value) if isinstance(value, pa_schema.DataFrameSchema) else None
    except Exception as error:
        raise RuleError(f"{where} is not a valid schema: {in_a_line(error)}") from error
    if schema is None:
        raise RuleError(f"{where} is not a DataFrameSchema or DataFrameModel of pandera.pandas")
    return schema


def ready(given: pa_schema.DataFrameSchema) -> UserSchema:
    """A copy that reports every failure: it drops no row, and records which checks only warn."""
    schema = copy.deepcopy(given)
    schema.drop_invalid_rows = False
    if schema.dtype is not None:
        schema.coerce = True
    parts: list[Any] = [schema, *schema.columns.values()]
    if schema.index is not None:
        parts.append(schema.index)
    softened = set()
    for part in parts:
        part.drop_invalid_rows = False
        for check in getattr(part, "checks", None) or ():
            if check.raise_warning:
                check.raise_warning = False
                softened.add(id(check))
    for column in schema.columns.values():
        if column.dtype is not None and not _is_text_or_bool(column.dtype):
            column.coerce = True
    return UserSchema(schema, frozenset(softened))


def _is_text_or_bool(dtype: Any) -> bool:
    """Whether a type is text anyway, or one that text must not be coerced to."""
    try:
        plain = pd.api.types.pandas_dtype(getattr(dtype, "type", dtype))
    except TypeError:
        # A type of pandera: the schema says whether to coerce it.
        return True
    if plain.kind == "O":
        return False
    return pd.api.types.is_string_dtype(plain) or pd.api.types.is_bool_dtype(plain)
