"""What is shipped: a wheel that needs no Node, a bundle that is what the sources build."""

from __future__ import annotations

import ast
import gzip
import io
import pathlib
import re
import shutil
import subprocess
import sys
import tokenize
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parent.parent
STATIC = ROOT / "errwidgets" / "static"
REMOTE = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
# Names of XML vocabularies, not addresses that anything loads.
VOCABULARIES = {"http://www.w3.org"}
REGISTRY = re.compile(r"(pypi|pythonhosted|npmjs|yarnpkg|jsdelivr|unpkg)\.(org|com|net)")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    result = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_the_wheel_holds_the_bundle_the_styles_and_the_data(wheel):
    names = set(wheel.namelist())
    for name in ("static/runtime.js", "static/stub.js", "py.typed", "datasets/adult.csv.gz",
                 "datasets/README.md"):  # fmt: skip
        assert f"errwidgets/{name}" in names
    bundle = wheel.read("errwidgets/static/runtime.js").decode()
    assert "initialize" in bundle
    assert "--ew-accent" in bundle, "the styles travel in the bundle"
    assert wheel.read("errwidgets/static/stub.js").decode().count("_runtime") == 1
    assert all(name.startswith("errwidgets") for name in names)


def test_nothing_shipped_names_a_remote_address(wheel):
    for name in wheel.namelist():
        if name.startswith("errwidgets/static/"):
            found = set(REMOTE.findall(wheel.read(name).decode())) - VOCABULARIES
            assert not found, f"{name}: {found}"


def test_the_bundle_keeps_to_its_size():
    bundle = (STATIC / "runtime.js").read_bytes()
    # More than the 150 KB and 50 KB that were meant for all views: see "The size of the bundle" in
    # docs/architecture.md.
    assert len(bundle) < 219_000
    assert len(gzip.compress(bundle)) < 73_500
    assert len((STATIC / "stub.js").read_bytes()) < 1_200


def test_the_committed_bundle_is_what_the_sources_build(tmp_path):
    node = shutil.which("node")
    assert node is not None, "Node is needed for the checks: install Node 20.19 or later"
    subprocess.run([node, "build.mjs", "--out", str(tmp_path)], cwd=ROOT / "js", check=True)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in STATIC.iterdir()}
    assert built == committed, "run 'make build' and commit errwidgets/static"


@pytest.mark.parametrize("name", ["js/package-lock.json", "constraints.txt", "pyproject.toml"])
def test_lock_files_name_no_registry(name):
    assert not REGISTRY.search((ROOT / name).read_text())


FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write"
    r"|new Function|[^\w.]eval\("
)


@pytest.mark.parametrize(
    "path", [*(ROOT / "js" / "src").rglob("*.ts*")], ids=lambda path: path.name
)
def test_data_never_becomes_markup_or_code(path):
    assert not FORBIDDEN.search(path.read_text())


def code_lines(path: pathlib.Path) -> int:
    """Lines of code: documentation is not what makes a module hard to hold in mind."""
    text = path.read_text()
    if path.suffix != ".py":
        return len(text.splitlines())
    code: set[int] = set()
    docstrings = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE}:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - docstrings)


@pytest.mark.parametrize(
    "path",
    [*(ROOT / "errwidgets").rglob("*.py"), *(ROOT / "js" / "src").rglob("*.ts*")],
    ids=lambda path: path.name,
)
def test_no_module_grows_over_400_lines(path):
    assert code_lines(path) <= 400
