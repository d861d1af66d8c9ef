"""A real marimo that runs one app, for tests."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

from support.lab import free_port

if TYPE_CHECKING:
    import pathlib

TIMEOUT = 60
# What a person would write: a plain matrix, one inside mo.ui.anywidget, counts that Python makes,
# and buttons that run a matrix's cell again, as every change of something a cell reads does.
APP = """\
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from support.evaluations import animals

    import errwidgets as ew

    evaluation = animals()
    n_rows, set_rows = mo.state(0)
    ran = []
    return evaluation, ew, mo, n_rows, ran, set_rows


@app.cell
def _(mo):
    first_again = mo.ui.button(label="Run the first again")
    second_again = mo.ui.button(label="Run the second again")
    mo.hstack([first_again, second_again])
    return first_again, second_again


@app.cell
def _(evaluation, ew, first_again, set_rows):
    first_again.value
    matrix = ew.ConfusionMatrix(evaluation)
    matrix.on_select(lambda frame: set_rows(len(frame)))
    matrix
    return


@app.cell
def _(evaluation, ew, mo, second_again):
    second_again.value
    second = mo.ui.anywidget(ew.ConfusionMatrix(evaluation))
    second
    return (second,)


@app.cell
def _(mo, n_rows):
    mo.md(f"Python has {n_rows()} rows")
    return


@app.cell
def _(mo, ran, second):
    ran.append(second.value["_revision"])
    mo.md(f"A reader has {len(second.selected)} rows, run {len(ran)}")
    return


if __name__ == "__main__":
    app.run()
"""
FIRST_AGAIN, SECOND_AGAIN = "Run the first again", "Run the second again"


class MarimoServer:
    """A marimo server with settings of its own; its theme is the browser's."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.port = free_port()
        app = folder / "app.py"
        app.write_text(APP, encoding="utf-8")
        settings = folder / "config" / "marimo" / "marimo.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text('[display]\ntheme = "system"\n')
        environment = {
            **os.environ,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            # The app finds the package and the test data where this process found them.
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        self.log_path = folder / "marimo.log"
        self._log = self.log_path.open("wb")
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "marimo", "run", app.name, "--headless", "--no-token",
                "--no-sandbox", "--host", "127.0.0.1", "--port", str(self.port),
            ],
            env=environment, stdout=self._log, stderr=subprocess.STDOUT, cwd=folder,
        )  # fmt: skip
        self._wait_until_up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(15)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _wait_until_up(self) -> None:
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/health", timeout=10).close()  # noqa: S310
                return
            time.sleep(0.1)
        self.stop()
        message = f"marimo did not start:\n{self.log_path.read_text()[-3000:]}"
        raise RuntimeError(message)
