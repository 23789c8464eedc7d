"""Stores that tests read and write: an S3 server here, and what stands in front of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

BUCKET = "exports"
ACCESS = {
    "AWS_ACCESS_KEY_ID": "testing-key",
    "AWS_SECRET_ACCESS_KEY": "testing-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class Bucket:
    """A bucket of an S3 server.

    Args:
        address: of the server.
    """

    def __init__(self, address: str) -> None:
        import boto3

        self.address = address
        names = {name.lower(): value for name, value in ACCESS.items()}
        names["region_name"] = names.pop("aws_default_region")
        self._client = boto3.client("s3", endpoint_url=address, **names)
        self._client.create_bucket(Bucket=BUCKET)

    def __setitem__(self, key: str, content: bytes) -> None:
        self._client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def __getitem__(self, key: str) -> bytes:
        content: bytes = self._client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return content

    def keys(self, prefix: str = "") -> list[str]:
        """The names of all objects with a prefix, sorted."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return sorted(one["Key"] for page in pages for one in page.get("Contents", ()))

    def below(self, folder: str) -> dict[str, bytes]:
        """What is below a folder, by its name there."""
        return {key.removeprefix(f"{folder}/"): self[key] for key in self.keys(f"{folder}/")}

    def clear(self) -> None:
        """Removes all objects."""
        for key in self.keys():
            self._client.delete_object(Bucket=BUCKET, Key=key)

    def signed(self, key: str) -> str:
        """A URL with which anybody can read an object."""
        wanted = {"Bucket": BUCKET, "Key": key}
        url: str = self._client.generate_presigned_url("get_object", Params=wanted)
        return url


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of an S3 server in this process, with nothing in it."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


Answer = tuple[int, Mapping[str, str], bytes]
Asked = Callable[[str, str], Answer | int | None]
"""Told the method and the path of a request before it is passed on; its answer is given instead."""


@contextmanager
def in_front(asked: Asked, behind: str = "") -> Iterator[str]:
    """The address of a server that asks `asked` what to do, and passes the rest on to another."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self._body()
            given = asked(self.command, self.path)
            if isinstance(given, int):
                given = given, {}, b""
            status, headers, content = given or self._passed_on(body)
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "content-length" not in {name.lower() for name in headers}:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815 - http.server's names

        def _body(self) -> bytes:
            if self.headers.get("Expect"):
                self.send_response_only(100)
                self.end_headers()
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            raise ValueError("the tests send no chunks")

        def _passed_on(self, body: bytes) -> Answer:
            connection = HTTPConnection(urlsplit(behind).netloc)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            passing = {
                name: value
                for name, value in answer.getheaders()
                if name.lower() not in ("connection", "transfer-encoding", "date", "server")
            }
            return answer.status, passing, content

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
