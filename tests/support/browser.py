"""Which browser the tests drive, and how to get one: ``python tests/support/browser.py --install``.

In this order: the program named by ``ERRWIDGETS_BROWSER``; a Chromium or Chrome on PATH;
as root on Debian, ``apt-get install chromium``; Playwright's own download.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find_browser() -> str | None:
    """Return the path of a browser, or ``None`` when there is none."""
    named = os.environ.get("ERRWIDGETS_BROWSER")
    if named:
        found = shutil.which(named)
        if found is None:
            message = f"ERRWIDGETS_BROWSER={named!r} is not a program that can be started."
            raise FileNotFoundError(message)
        return found
    for program in PROGRAMS:
        found = shutil.which(program)
        if found is not None:
            return found
    return playwrights_own()


def playwrights_own() -> str | None:
    """Return the path of the browser that Playwright downloaded, if it did."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  not needed to find others

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if pathlib.Path(path).exists() else None


def arguments() -> list[str]:
    """Return the browser's command line."""
    # Chromium's sandbox refuses to start for root.
    return [*ARGUMENTS, "--no-sandbox"] if is_root() else list(ARGUMENTS)


def is_root() -> bool:
    """Return whether this process may install packages of the system."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def install() -> int:
    """Install a browser if there is none. Never fails: tests say what is missing."""
    found = find_browser()
    if found is None and is_root() and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run(
                ["apt-get", *command], check=False, env=environment, stdout=subprocess.DEVNULL
            )
        found = find_browser()
    if found is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        found = find_browser()
    print(f"browser: {found or 'none could be installed; the tests that need one will say so'}")
    return 0


if __name__ == "__main__":
    sys.exit(install() if "--install" in sys.argv else print(find_browser()))
