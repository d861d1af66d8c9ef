"""One JupyterLab server and one Chromium for the run; a fresh page for each notebook."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from support.browser import arguments, find_browser
from support.lab import LabServer, open_notebook
from support.marimo_app import MarimoServer
from support.plain_page import open_plain_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts[-2:]:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  heavy, wanted only here

    path = find_browser()
    if path is None:
        message = (
            "no browser: set ERRWIDGETS_BROWSER, install chromium or google-chrome, "
            "or run 'python -m playwright install chromium'"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments())
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory) -> Iterator[LabServer]:
    server = LabServer(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()


@pytest.fixture
def open_lab(tmp_path_factory, browser):
    """Start a further server: other settings, or somebody else's trust."""
    with ExitStack() as stack:

        def start(**options) -> LabServer:
            server = LabServer(tmp_path_factory.mktemp("lab"), **options)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture
def notebook(lab, browser):
    """Open a notebook of cells, run it, and hand back the page."""
    with ExitStack() as stack:

        def start(*cells: str, server: LabServer | None = None, run: bool = True, **context):
            page = stack.enter_context(
                open_notebook(server or lab, browser, list(cells), **context)
            )
            if run:
                page.run_all()
            return page

        yield start


@pytest.fixture(scope="session")
def marimo(browser, tmp_path_factory) -> Iterator[MarimoServer]:
    server = MarimoServer(tmp_path_factory.mktemp("marimo"))
    yield server
    server.stop()


@pytest.fixture
def plain(browser, tmp_path):
    """Open a page without a kernel, made of the saved state of widgets."""
    with ExitStack() as stack:

        def start(*views, **options):
            for view in views:
                stack.callback(view.close)
            opened = open_plain_page(browser, tmp_path, views, **options)
            stack.callback(opened.page.context.close)
            return opened

        yield start
