"""Objects in a store, read and written by their URLs: the only importer of fsspec.

Access is the store's own: environment variables, profiles, roles of the machine, fsspec's own
config. Nothing of it passes through preflight. An object is read as it is at one moment: what the
store says of it, its ETag or version, is asked before and after, and where the two differ, somebody
has changed it and nothing of it is used.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from preflight.core import files
from preflight.core.errors import MissingExtra, SourceError, UsageError, WriteError
from preflight.core.urls import Url

_EXTRAS = {
    "s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "az": "az", "abfs": "az", "abfss": "az",
    "http": "http", "https": "http",
}  # fmt: skip
_PINNED = (
    "ETag", "etag", "VersionId", "generation", "md5Hash", "Content-MD5", "LastModified",
    "last_modified", "Last-Modified", "mtime", "updated", "created", "size",
)  # fmt: skip
_WRITTEN = ("LastModified", "last_modified", "Last-Modified", "mtime", "updated")
Pinned = tuple[str, ...]
"""What a store says of one version of an object, and of no other."""

_REFUSED, _FAULT = {401, 403}, 500


class Version(NamedTuple):
    """What a store says of an object.

    Attributes:
        size: in bytes; None if it does not say.
        pinned: what is true of this version alone.
        written: when it was written, in UTC; None if it does not say.
    """

    size: int | None
    pinned: Pinned
    written: datetime | None


class Store:
    """Where an object lies; `connected` makes it.

    Args:
        system: fsspec's view of the store.
        url: of the object or folder.
    """

    def __init__(self, system: Any, url: Url) -> None:
        self._system = system
        self._url = url

    def path(self, url: Url) -> str:
        """The name by which the store knows an object."""
        return str(self._system._strip_protocol(url.text))

    def about(self) -> dict[str, Any]:
        """What the store says of the object, asked anew.

        Raises:
            SourceError: there is none, or it may not be read.
        """
        with _reading(self._url):
            self._system.invalidate_cache()
            return dict(self._system.info(self.path(self._url)))

    def exists(self) -> bool:
        """Whether there is such an object.

        Raises:
            SourceError: the store does not say.
        """
        with _reading(self._url):
            return bool(self._system.isfile(self.path(self._url)))

    def fetch(self, target: Path) -> Version:
        """Copies the object into a file.

        Args:
            target: the file, in a private folder.

        Returns:
            The version of the object that was copied.

        Raises:
            SourceError: it cannot be read, or somebody changed it meanwhile.
            WriteError: the disk is full.
        """
        before = self.version()
        with _reading(self._url):
            self._system.get_file(self.path(self._url), str(target))
        size = None if self._url.is_web else before.size  # it may come decompressed
        as_told = size in (None, target.stat().st_size)
        if not as_told or self.version().pinned != before.pinned:
            raise _changed(self._url)
        return before

    def version(self) -> Version:
        """The version of the object that stands there now; errors as of `about`."""
        about = self.about()
        size = about.get("size")
        return Version(None if size is None else int(size), _pinned(about), _written(about))

    def read(self, start: int, stop: int, pinned: Pinned) -> bytes:
        """The bytes from `start` to before `stop`, of one version of the object.

        Raises:
            SourceError: they cannot be read, or somebody changed it.
        """
        found = b""
        try:
            with _reading(self._url):
                found = self._system.cat_file(self.path(self._url), start=start, end=stop)
        except SourceError:  # a shorter one has no such bytes
            if self.version().pinned == pinned:
                raise
        if len(found) != stop - start or self.version().pinned != pinned:
            raise _changed(self._url)
        return found

    def matching(self) -> list[Url]:
        """The objects that a pattern matches, sorted.

        Raises:
            SourceError: the store does not list them.
        """
        with _reading(self._url):
            found = self._system.glob(self.path(self._url), detail=True)
        files_only = sorted(name for name in found if found[name].get("type") == "file")
        return list(map(self._named, files_only))

    def below(self) -> dict[Url, Pinned]:
        """All objects below a folder, sorted, each as it is now; none if there is no such folder.

        Raises:
            SourceError: the store does not list them.
        """
        with _reading(self._url):
            self._system.invalidate_cache()
            try:
                found = self._system.find(self.path(self._url), detail=True)
            except FileNotFoundError:
                return {}
        return {self._named(name): _pinned(found[name]) for name in sorted(found)}

    def _named(self, name: str) -> Url:
        """The URL of an object, by the name that the store knows it by."""
        root = self.path(Url(self._url.scheme, self._url.authority, "")).rstrip("/")
        return Url(self._url.scheme, self._url.authority, name.removeprefix(root))

    def put(self, sources: Mapping[Path, Url]) -> None:
        """Writes files into the store, each as a whole, one after the other.

        Raises:
            WriteError: the store does not take one of them.
        """
        with _writing(self._url):
            for path, url in sources.items():  # together, some would come after one has failed
                self._system.put_file(str(path), self.path(url))

    def copy(self, pairs: Iterable[tuple[Url, Url]]) -> None:
        """Copies objects within the store, one after the other.

        Raises:
            WriteError: the store does not do so.
        """
        with _writing(self._url):
            for source, target in pairs:
                self._system.cp_file(self.path(source), self.path(target))

    def remove(self, urls: Iterable[Url]) -> None:
        """Removes objects, one after the other; one that is gone already is no error.

        Raises:
            WriteError: the store does not do so.
        """
        with _writing(self._url):
            for url in urls:
                with contextlib.suppress(FileNotFoundError):
                    self._system.rm_file(self.path(url))


def connected(url: Url) -> Store:
    """The store of an object, which is not asked anything yet.

    Raises:
        MissingExtra: the library of that kind of store is not installed.
        UsageError: there is no such kind of store, or no access.
    """
    root = Url(url.scheme, url.authority, "/", "" if url.is_web else url.query)
    return Store(_system(root, tuple(sorted(os.environ.items()))), url)


@functools.lru_cache(maxsize=4)
def _system(root: Url, _environment: tuple[tuple[str, str], ...]) -> Any:
    """fsspec's view of a store; made once, for as long as the environment gives the same access.

    Arguments and errors as of `connected`.
    """
    extra = _EXTRAS.get(root.scheme, "http")
    try:
        import fsspec  # here, as the library of the store: most calls read files
    except ImportError:
        raise MissingExtra(f"{root.scheme}://", extra) from None
    try:
        with _reading(root, beside=(ValueError, ImportError)):
            # Listings change, and each call asks for what stands there now.
            system, _ = fsspec.url_to_fs(
                root.text, use_listings_cache=False, skip_instance_cache=True
            )
    except ValueError:
        raise UsageError(
            f"{root}: there is no store `{root.scheme}`; there are s3, gs, az, http, https and "
            "what else fsspec knows"
        ) from None
    except ImportError as error:
        if root.scheme in _EXTRAS:
            raise MissingExtra(f"{root.scheme}://", extra) from None
        missing = getattr(error, "name", None) or "its library"
        raise UsageError(f"{root.scheme}:// needs {missing}: pip install it") from None
    return system


def _pinned(about: Mapping[str, Any]) -> Pinned:
    return tuple(str(about.get(name)) for name in _PINNED)


def _changed(url: Url) -> SourceError:
    return SourceError(
        f"{url.shown}: it was changed while it was read, so nothing of it was used; try again"
    )


def _written(about: Mapping[str, Any]) -> datetime | None:
    """When an object was written, in UTC."""
    for name in _WRITTEN:
        value = about.get(name)
        with contextlib.suppress(ValueError, OverflowError, OSError):
            if isinstance(value, str):
                value = (
                    parsedate_to_datetime(value)
                    if name == "Last-Modified"
                    else datetime.fromisoformat(value)
                )
            if isinstance(value, (int, float)):
                value = datetime.fromtimestamp(value, UTC)
            if isinstance(value, datetime):
                return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    return None


@contextmanager
def _reading(url: Url, *, beside: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turns what a store's library raises into an error for the user.

    Its own words are left out: they may repeat a query or a credential.

    Args:
        url: of what is read.
        beside: errors that pass.
    """
    try:
        yield
    except beside:
        raise
    except Exception as error:  # noqa: BLE001 - the libraries of the stores have no common error
        if isinstance(error, OSError) and files.is_full(error):
            raise WriteError("temporary files", files.reason(error)) from None
        raise SourceError(f"{url.shown}: {_why(error)}") from None


@contextmanager
def _writing(url: Url) -> Iterator[None]:
    """As `_reading`, of what is written."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - as above
        raise WriteError(url.shown, _why(error)) from None


def _why(error: BaseException) -> str:
    """What is wrong with an access, without the words of the library."""
    causes = list(_causes(error))
    names = {type(one).__name__ for one in causes}
    statuses = {getattr(one, "status", None) for one in causes}
    if "FileExpired" in names:
        return "it was changed while it was read, so nothing of it was used; try again"
    if any(isinstance(one, PermissionError) for one in causes) or statuses & _REFUSED:
        return "access denied; check the credentials of the store, and what they may do"
    if names & {"NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError"}:
        return "no credentials for the store; give them by its own means, see docs/stores.md"
    if "ClientConnectorError" in names or "EndpointConnectionError" in names:
        return "the store cannot be reached; check its address and the network"
    if isinstance(error, TimeoutError) or any(name.endswith("TimeoutError") for name in names):
        return "the store does not answer in time; try again"
    if any(isinstance(status, int) and status >= _FAULT for status in statuses):
        return "the store answers with an error of its own; try again"
    if isinstance(error, FileNotFoundError):
        return "no such object, or no such bucket; check the URL; a folder ends with /"
    if isinstance(error, NotImplementedError):
        return "this store is read only"
    return f"the store refuses ({type(causes[-1]).__name__})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and what it was raised from."""
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__
