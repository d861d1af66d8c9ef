"""Rooms import only rooms above them, the pure ones stay pure, and importing is light."""

from __future__ import annotations

import ast
import pathlib
import subprocess
import sys

import pytest

import errwidgets

PACKAGE = pathlib.Path(errwidgets.__file__).parent
# Top to bottom, as in docs/architecture.md: a room may import those above it.
ROOMS = [
    "exceptions", "columns", "selection", "lens", "_inputs", "_table", "_probabilities",
    "_features", "_roles", "_rows", "_choices", "_notes",
    "_outputs", "evaluation", "measures", "slices", "explain", "sources", "charts", "sharing",
    "widgets",
]  # fmt: skip
PURE = ROOMS[: ROOMS.index("sources") + 1]
APART = ["datasets", "static"]
UI = {"traitlets", "ipywidgets", "anywidget", "altair", "IPython", "ipykernel"}
HEAVY = ["shap", "lime", "sklearn", "scipy", "altair", "numba", "matplotlib", "narwhals"]
# The one allowed look downward: a delegate that imports inside its function.
DELEGATES = {"evaluation", "_rows"}


def modules() -> list[pathlib.Path]:
    return [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]


def room_of(path: pathlib.Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(tree: ast.AST, *, inside_functions: bool) -> list[str]:
    """Names of imported modules, without those for type checkers only."""
    found: list[str] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if function and not inside_functions:
            return
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found.extend(f"{node.module}.{alias.name}" for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_above_it(path):
    room = room_of(path)
    if room in APART:
        return
    assert room in ROOMS, f"{room} is not in the list of rooms: docs/architecture.md"
    tree = ast.parse(path.read_text())
    names = imports(tree, inside_functions=room not in DELEGATES)
    for name in names:
        if not name.startswith("errwidgets."):
            continue
        other = name.split(".")[1]
        if other in ROOMS:
            allowed = ROOMS[: ROOMS.index(room) + 1]
            assert other in allowed, f"{path.name} imports {name}, a room below {room}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_pure_rooms_know_no_widget_library(path):
    if room_of(path) not in PURE:
        return
    tops = {
        name.split(".")[0] for name in imports(ast.parse(path.read_text()), inside_functions=True)
    }
    assert not tops & UI


def test_importing_loads_nothing_heavy():
    code = f"import sys, errwidgets; print([m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_pickled_or_evaluated(path):
    tree = ast.parse(path.read_text())
    assert not {"pickle", "dill", "joblib"} & set(imports(tree, inside_functions=True))
    calls = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"eval", "exec"}
