"""A real JupyterLab in a real Chromium, for tests: one server, one page per notebook."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import nbformat
from jupyter_client.blocking import BlockingKernelClient
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from support.browser import is_root

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Iterator

    from playwright.sync_api import Browser, Locator, Page

TIMEOUT = 60
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


def write_notebook(path: pathlib.Path, cells: Iterable[str]) -> pathlib.Path:
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nbformat.write(notebook, path)
    return path


class LabServer:
    """A JupyterLab server with settings, trust and data of its own.

    Parameters
    ----------
    folder : Path
        Holds ``notebooks/`` (the root that is served) and everything Jupyter writes.
    theme : {"light", "dark"}
        Lab's theme.
    subshells : bool
        Whether comm messages may be handled while a cell runs.
    """

    def __init__(
        self, folder: pathlib.Path, *, theme: str = "light", subshells: bool = True,
        windowing: str | None = None,
    ) -> None:  # fmt: skip
        self.root = folder / "notebooks"
        self.root.mkdir(parents=True, exist_ok=True)
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self.runtime = folder / "runtime"
        settings = folder / "settings"
        write = {
            "apputils-extension/themes": {"theme": THEMES[theme]},
            "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
            "docmanager-extension/plugin": {"autosave": False},
            "notebook-extension/tracker": {"windowingMode": windowing} if windowing else {},
            "application-extension/sidebar": {},
        }
        if not subshells:
            write["apputils-extension/kernels-settings"] = {"commsOverSubshells": "disabled"}
        for name, values in write.items():
            path = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        environment = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "JUPYTERLAB_SETTINGS_DIR": str(settings),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_PLATFORM_DIRS": "1",
        }
        self.log_path = folder / "lab.log"
        self._log = self.log_path.open("wb")
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser",
                "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}",
                "--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}",
                f"--ServerApp.root_dir={self.root}", "--LabApp.news_url=None",
                *(["--allow-root"] if is_root() else []),
            ],
            env=environment, stdout=self._log, stderr=subprocess.STDOUT, cwd=folder,
        )  # fmt: skip
        self._wait_until_up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> Any:
        """Ask the server's REST interface."""
        request = urllib.request.Request(  # noqa: S310  our own server
            f"{self.url}{path}", headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

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
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                self.get("/api/status")
                return
            time.sleep(0.1)
        message = f"JupyterLab did not start:\n{self.log_path.read_text()[-3000:]}"
        raise RuntimeError(message)


@dataclass
class NotebookPage:
    """A notebook open in JupyterLab."""

    server: LabServer
    page: Page
    path: str
    foreign_requests: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    _client: BlockingKernelClient | None = None

    # -------------------------------------------------------------- the notebook

    def open(self) -> None:
        workspace = secrets.token_hex(4)
        self.page.goto(
            f"{self.server.url}/lab/workspaces/{workspace}/tree/{self.path}"
            f"?reset&token={self.server.token}"
        )
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        self.page.wait_for_function(
            """() => {
              const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
              const kernel = context?.session?.kernel;
              return context?.isReady && kernel?.connectionStatus === "connected"
                && kernel?.status === "idle";
            }""",
            timeout=TIMEOUT * 1000,
        )

    def command(self, name: str) -> None:
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)

    def theme(self, name: str) -> None:
        """Switch the server's theme; the next pages that open have it too."""
        self.page.evaluate(
            """async theme => {
              await window.jupyterapp.commands.execute("apputils:change-theme", { theme });
            }""",
            THEMES[name],
        )
        wanted = "true" if name == "light" else "false"
        self.page.wait_for_function(
            "wanted => document.body.dataset.jpThemeLight === wanted", arg=wanted, timeout=20_000
        )

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")
        self.wait_until_idle()

    def run_cell(self, index: int, *, wait: bool = True) -> None:
        self.page.evaluate(
            """index => {
              const { content } = window.jupyterapp.shell.currentWidget;
              content.activeCellIndex = index;
              content.deselectAll();
              window.jupyterapp.commands.execute("notebook:run-cell");
            }""",
            index,
        )
        if wait:
            self.page.wait_for_timeout(100)
            self.wait_until_idle()

    def activate(self, index: int) -> None:
        """Make a cell the active one."""
        self.page.evaluate(
            "index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; }",
            index,
        )

    def scroll_to(self, share: float) -> None:
        """Scroll the notebook: 0 is its top, 1 its end."""
        self.page.evaluate(
            """async share => {
              const outer = document.querySelector(".jp-NotebookPanel .jp-WindowedPanel-outer");
              // Cells get their heights as they come into sight, so the end moves.
              for (let step = 0; step < 10; step++) {
                outer.scrollTop = share * outer.scrollHeight;
                await new Promise(requestAnimationFrame);
              }
            }""",
            share,
        )

    def save(self) -> None:
        self.command("docmanager:save")
        self.page.wait_for_function(
            "() => !window.jupyterapp.shell.currentWidget.context.model.dirty", timeout=20_000
        )

    def trust(self) -> None:
        """Trust the notebook as running it on this server would have done, and open it anew."""
        self.page.evaluate(
            """() => {
              const { model } = window.jupyterapp.shell.currentWidget.context;
              for (const cell of model.cells) cell.trusted = true;
            }"""
        )
        self.save()
        # On a busy machine Lab now and then gives up on the kernel before it reads the saved state,
        # and shows that it knows no model: opened once more it does.
        lost = self.page.get_by_text("Error displaying widget: model not found")
        shown = self.page.get_by_role("region", name=re.compile("^Confusion matrix"))
        for _ in range(3):
            self.page.reload()
            self.wait_until_idle()
            with contextlib.suppress(PlaywrightTimeoutError):
                shown.or_(lost).first.wait_for(timeout=15_000)
            if not lost.count():
                return

    def cells(self) -> list[dict[str, Any]]:
        """The notebook's cells as the page holds them, without outputs."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.context.model.toJSON().cells
              .map(cell => ({type: cell.cell_type, source: cell.source}))"""
        )

    # -------------------------------------------------------------- the kernel

    @property
    def client(self) -> BlockingKernelClient:
        """A second front end of the notebook's kernel: what Python says, asked directly."""
        if self._client is None:
            sessions = self.server.get("/api/sessions")
            kernel = next(s["kernel"]["id"] for s in sessions if s["path"] == self.path)
            client = BlockingKernelClient(
                connection_file=str(self.server.runtime / f"kernel-{kernel}.json")
            )
            client.load_connection_file()
            client.start_channels()
            self._client = client
        return self._client

    def python(self, expression: str) -> Any:
        """Evaluate an expression in the kernel and return its JSON value."""
        code = f"__import__('json').dumps({expression})"
        reply = self.client.execute(
            "", silent=False, store_history=False, user_expressions={"value": code}, reply=True,
            timeout=TIMEOUT,
        )  # fmt: skip
        value = reply["content"]["user_expressions"]["value"]
        if value["status"] != "ok":
            trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(value["traceback"]))
            raise AssertionError(trace)
        return json.loads(ast.literal_eval(value["data"]["text/plain"]))

    def restart_kernel(self) -> None:
        """Restart the kernel without asking; what it knew is gone."""
        self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()"
        )
        self.wait_until_idle()

    def use_kernel_of(self, other: NotebookPage) -> None:
        """Leave the own kernel for the one of another notebook."""
        kernel = other.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id"
        )
        self.page.evaluate(
            "id => window.jupyterapp.shell.currentWidget.sessionContext.changeKernel({ id })",
            kernel,
        )
        self.wait_until_idle()

    def run(self, code: str) -> None:
        """Run statements in the kernel, outside of every cell."""
        reply = self.client.execute(code, store_history=False, reply=True, timeout=TIMEOUT)
        assert reply["content"]["status"] == "ok", reply["content"]

    def python_becomes(self, expression: str, expected: Any, seconds: float = 10) -> None:
        """Wait until an expression has a value in the kernel."""
        end = time.monotonic() + seconds
        value = self.python(expression)
        while value != expected and time.monotonic() < end:
            time.sleep(0.05)
            value = self.python(expression)
        assert value == expected, f"{expression} is {value!r}, not {expected!r}"

    # -------------------------------------------------------------- the widgets

    def widgets(self, name: str = "Confusion matrix") -> Locator:
        return self.page.get_by_role("region", name=re.compile(f"^{re.escape(name)}"))

    def close(self) -> None:
        if self._client is not None:
            self._client.stop_channels()
        self.page.context.close()


@contextlib.contextmanager
def open_notebook(
    server: LabServer, browser: Browser, cells_or_path: list[str] | str, **context: Any
) -> Iterator[NotebookPage]:
    """Open a notebook, made of cells or existing under the server's root, in a fresh context."""
    if isinstance(cells_or_path, list):
        path = f"test-{secrets.token_hex(4)}.ipynb"
        write_notebook(server.root / path, cells_or_path)
    else:
        path = cells_or_path
    options = {"viewport": {"width": 1280, "height": 900}, **context}
    page = browser.new_context(**options).new_page()
    notebook = NotebookPage(server, page, path)

    def watch_request(request: Any) -> None:
        parts = urlparse(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
            notebook.foreign_requests.append(request.url)

    page.on("request", watch_request)
    page.on("pageerror", lambda error: notebook.console_errors.append(str(error)))
    page.on(
        "console",
        lambda message: notebook.console_errors.append(message.text)
        if message.type == "error" else None,
    )  # fmt: skip
    try:
        notebook.open()
        yield notebook
    finally:
        notebook.close()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
