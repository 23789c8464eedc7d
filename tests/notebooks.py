"""Executes the notebooks in fresh kernels; `python -m tests.notebooks` does it in their place."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib.font_manager  # noqa: F401 - builds its cache of fonts, which a kernel would tell
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from traitlets.config import Config

REPOSITORY = Path(__file__).parents[1]
NOTEBOOKS = tuple(sorted((REPOSITORY / "notebooks").glob("*.ipynb")))
_LONGEST = 100
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class _OwnKernel(AsyncKernelManager):  # type: ignore[misc]
    """The kernel of this interpreter, whatever kernels are installed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), **options)


def executed(path: Path) -> nbformat.NotebookNode:
    """A notebook with new outputs.

    It is executed in a folder of its own, with fixtures/ beside it, and nobody's settings. Kernel
    and client talk over sockets in that folder.
    """
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory(prefix="notebook-") as folder:
        place = Path(folder)
        here = place / "notebooks"
        here.mkdir()
        (place / "fixtures").symlink_to(REPOSITORY / "fixtures")
        channel = {"transport": "ipc", "connection_file": str(place / "kernel.json")}
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            kernel_manager_class=_OwnKernel,
            config=Config(KernelManager=channel),
            timeout=_LONGEST,
            record_timing=False,
            resources={"metadata": {"path": str(here)}},
        )
        client.execute(env=_environment(place))
    notebook.metadata = nbformat.from_dict(_METADATA)
    return notebook


def _environment(place: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFLIGHT_")}
    return {**kept, "IPYTHONDIR": str(place / "ipython"), "PYTHONPATH": str(REPOSITORY)}


def main() -> int:
    """Executes all notebooks anew, or those that are named, and writes them."""
    for path in map(Path, sys.argv[1:]) if sys.argv[1:] else NOTEBOOKS:
        nbformat.write(executed(path), path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
