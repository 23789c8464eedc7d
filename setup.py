"""What pyproject.toml cannot say: `rules/` lies inside `preflight`, an sdist is reproducible."""

import gzip
import os
import tarfile
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.sdist import sdist

EARLIEST = 315532800  # 1980, the first year of a ZIP archive


class ReproducibleSdist(sdist):
    """An sdist of the same bytes from the same sources: no owners, one time, sorted names."""

    def make_archive(self, base_name, _format, root_dir=None, base_dir=None, **_):
        """Writes the archive as `.tar.gz`, which is the only format of an sdist."""
        moment = int(os.environ.get("SOURCE_DATE_EPOCH", EARLIEST))

        def plain(entry):
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = moment
            entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
            return entry

        path = Path(f"{base_name}.tar.gz")
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(root_dir or ".") / base_dir
        names = sorted(found for found in folder.rglob("*") if found.is_file())
        with (
            path.open("wb") as file,
            gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=moment) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for name in names:
                inside = Path(base_dir) / name.relative_to(folder)
                archive.add(name, inside.as_posix(), filter=plain)
        return str(path)


setup(
    packages=[
        *find_packages(include=["preflight", "preflight.*"]),
        *(f"preflight.{name}" for name in find_packages(include=["rules", "rules.*"])),
    ],
    package_dir={"preflight": "preflight", "preflight.rules": "rules"},
    cmdclass={"sdist": ReproducibleSdist},
)
