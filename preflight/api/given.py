"""What a caller gives to be checked, as a file: a path, an open file or a DataFrame."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pandas as pd

from preflight.api.frames import as_csv
from preflight.core import urls
from preflight.core.errors import UsageError
from preflight.core.workspace import spooled

Source = str | os.PathLike[str] | IO[bytes] | IO[str] | pd.DataFrame
"""What can be checked: the path of a file, an open file, or a DataFrame."""
FRAME = "DataFrame"
_FILE = "file.csv"
_IN_PLACE = {
    "Report": "; `preflight.fix` gives what can be sent",
    "Fixed": "; its `clean` and `rejects` are DataFrames",
    "Sent": "; its `failures` are a DataFrame",
    "Series": "; `to_frame` makes a DataFrame of it",
}


@dataclass(frozen=True)
class Given:
    """A file to check.

    Attributes:
        path: of the file, or a URL; "-" for standard input.
        name: in reports, if it is not the path.
        labels: the row labels of a DataFrame; None for a file.
        copied: whether the path is that of a copy in a private folder.
    """

    path: Path | str
    name: str | None = None
    labels: pd.Index | None = None
    copied: bool = False

    @property
    def is_frame(self) -> bool:
        """Whether it is a DataFrame, whose file is written as a CSV always is."""
        return self.labels is not None

    def labelled(self, rows: pd.Series[int]) -> pd.Index:
        """The labels of rows that are given by their numbers, from 1; 0 stands for no row."""
        if self.labels is None:
            return pd.Index(rows.to_numpy(), name="row")
        return self.labels.take(rows.to_numpy() - 1)


def given(source: Source, work: Path, *, for_people: bool = False) -> Given:
    """Makes a file of what was given.

    Args:
        source: a path, a file that is open for reading, or a DataFrame.
        work: a private folder for the file.
        for_people: of a frame: whether it is what a person corrected, see `frames.as_csv`.

    Raises:
        UsageError: it is something else.
        SourceError: the frame holds something that no CSV can hold.
    """
    if isinstance(source, (str, os.PathLike)):
        plain = os.fspath(source)
        stays = plain == "-" or urls.parse(plain) is not None
        return Given(plain if stays else Path(urls.as_path(plain)))
    if isinstance(source, pd.DataFrame):
        content = as_csv(source, for_people=for_people)
        return Given(_written(content, FRAME, work), FRAME, source.index, copied=True)
    if hasattr(source, "read"):
        read = source.read()
        name = getattr(source, "name", None)
        named = Path(name).name if isinstance(name, str) else _FILE
        data = read if isinstance(read, bytes) else read.encode(errors="surrogatepass")
        return Given(_written(data, named, work), named, copied=True)
    kind = type(source).__name__
    hint = _IN_PLACE.get(kind, "")
    raise UsageError(f"a path, an open file or a DataFrame can be checked, not a {kind}{hint}")


def _written(content: bytes, name: str, work: Path) -> Path:
    suffix = "".join(Path(name).suffixes[-2:]) or ".csv"
    with spooled(work, "given", suffix) as (path, file):
        file.write(content)
    return path
