"""The house holds itself: layers, sizes, thin notebooks, clean words, no media."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted([*ROOT.glob("iwflab/**/*.py"), *ROOT.glob("widgets/**/*.py")])
NOTEBOOKS = sorted(ROOT.glob("notebooks/**/*.ipynb"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "data", "info", "misc"}


def _tracked():
    found = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if found.returncode:
        return [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file()]
    return found.stdout.splitlines()


def test_the_layers_hold():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", CODE, ids=lambda f: str(f.relative_to(ROOT)))
def test_a_module_is_small_named_well_and_its_functions_are_short(file):
    text = file.read_text()
    assert file.stem not in FORBIDDEN_NAMES
    if "migrations" in file.parts:
        return  # a migration spells out its tables and is never changed again
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            doc = ast.get_docstring(node, clean=False)
            lines -= len(doc.splitlines()) if doc else 0
            assert lines <= 40, f"{node.name} has {lines} lines"
        assert not isinstance(node, ast.Assert), "a rule is not an assert"


def test_every_error_stands_in_the_tree_of_its_docstring():
    from iwflab import errors

    defined = {n for n, v in vars(errors).items() if isinstance(v, type)}

    assert defined == set(re.findall(r"\b([A-Z]\w+)  +\w", errors.__doc__)) | {
        "LabError"
    }


def _code_of(file):
    notebook = json.loads(file.read_text())
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    return notebook, code, "".join("".join(c["source"]) + "\n" for c in code)


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda f: f.name)
def test_a_notebook_holds_no_output(file):
    notebook, code, _ = _code_of(file)

    assert all(not c["outputs"] and c["execution_count"] is None for c in code)
    assert "widgets" not in notebook["metadata"]
    assert not any("attachments" in c for c in notebook["cells"])


@pytest.mark.parametrize(
    "file", [f for f in NOTEBOOKS if f.parent.name == "apps"], ids=lambda f: f.name
)
def test_an_app_is_a_door(file):
    _, _, text = _code_of(file)
    tree = ast.parse(text)

    assert len([line for line in text.splitlines() if line.strip()]) <= 12
    assert not any(
        isinstance(n, ast.FunctionDef | ast.ClassDef | ast.For | ast.While | ast.Try)
        for n in ast.walk(tree)
    )


@pytest.mark.parametrize(
    "file", [f for f in NOTEBOOKS if f.parent.name == "research"], ids=lambda f: f.name
)
def test_a_worked_example_uses_public_functions_only(file):
    _, _, text = _code_of(file)
    asked = {
        n.module for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom)
    }
    private = [
        n.attr
        for n in ast.walk(ast.parse(text))
        if isinstance(n, ast.Attribute) and n.attr.startswith("_")
    ]

    assert private == []
    assert asked <= {"iwflab", "iwflab_widgets", "IPython.display"}
    assert ".deliver(" not in text  # the desk is where pictures are seen


def test_notebooks_come_without_modules():
    assert not list(ROOT.glob("notebooks/**/*.py"))


# What would put a picture into a notebook: a synced trait of bytes, an address that
# holds its data, a way to be drawn, a display of pictures or of HTML.
DRAWS = re.compile(
    r"\bBytes\([^)]*\)\.tag\([^)]*sync|CByteMemoryView|\bdata:(image|video|audio|text)/"
    r"|_repr_(png|jpeg|html|svg|javascript)_|\b(display|IPython\.display)\.(Image|HTML)\b"
    r"|from IPython\.display import .*\b(Image|HTML|Video|display_png|display_jpeg)\b"
    r"|widgets\.(Image|Video|HTML)\b|ipywidgets import .*\b(Image|Video|HTML)\b"
    r"|toDataURL|readAsDataURL"
)


@pytest.mark.parametrize(
    "line",
    [
        "picture = traitlets.Bytes().tag(sync=True)",
        "src = 'data:image/png;base64,' + coded",
        "def _repr_png_(self):",
        "from IPython.display import SVG, Image",
        "ipywidgets.widgets.Image(value=b)",
        "canvas.toDataURL()",
    ],
)
def test_what_draws_is_recognised(line):
    assert DRAWS.search(line)


def test_nothing_of_ours_draws_a_medium_into_a_notebook():
    scripts = [*ROOT.glob("widgets/**/*.js"), *ROOT.glob("widgets/**/*.j2")]
    for file in [*CODE, *scripts, *NOTEBOOKS]:
        text = file.read_text("utf-8")
        assert not DRAWS.search(text), file
        # A Blob address may reach the disk; the one for saving a table may.
        assert "createObjectURL" not in text or file.name == "statistics.js", file


def test_there_are_the_five_apps():
    names = {f.stem for f in NOTEBOOKS if f.parent.name == "apps"}

    assert names == {"intake", "matching", "grading", "release", "statistics"}


def test_no_picture_video_or_database_is_in_the_repository():
    media = re.compile(
        r"\.(jpe?g|png|gif|webp|heic|heif|avif|bmp|tiff?|jp2|mp4|mkv|avi|mov|db|sqlite3?)$",
        re.IGNORECASE,
    )
    found = [f for f in _tracked() if media.search(f) and not f.startswith("docs/")]

    assert found == []


def test_nothing_names_a_machine_or_a_registry():
    path = re.compile(r"(^|[^A-Za-z0-9_.])/(work|root|farm|home/\w+)/")
    address = re.compile(
        r"^(--)?(index-url|extra-index-url|find-links)|registry =", re.MULTILINE
    )
    for name in _tracked():
        file = ROOT / name
        if file.suffix in {".png", ".svg"} or not file.is_file():
            continue
        text = file.read_text(errors="replace")
        if Path(__file__).name != file.name:
            assert not path.search(text), name
        if "lock" in name:
            assert not address.search(text), name
            assert "://" not in text, name


def test_the_conda_environment_equals_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[<>=]", d)[0] for d in project["dependencies"]}
    lines = (ROOT / "environment.yml").read_text().splitlines()
    found = {re.split(r"[<>= ]", x.strip()[2:])[0] for x in lines if "- " in x}
    conda = {"conda-forge", "python", "pip", "pip:", "-e"}

    assert wanted == {n.lower() for n in found} - conda


def test_the_pillow_that_is_asked_for_shrinks_tall_pictures_as_we_say():
    """Its bits of tall pictures changed with 13 (hashing/reductions.py)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (asked,) = [d for d in project["dependencies"] if re.match(r"pillow\b(?!-)", d)]
    assert int(re.fullmatch(r"pillow>=(\d+)", asked)[1]) >= 13
    lines = (ROOT / "environment.yml").read_text()
    assert int(re.search(r"- pillow >=(\d+)\n", lines)[1]) >= 13
    for lock in ("requirements.lock", "requirements-test.lock"):
        pinned = re.search(r"^pillow==(\d+)", (ROOT / lock).read_text(), re.MULTILINE)
        assert int(pinned[1]) >= 13, lock


def test_the_locks_pin_everything_the_project_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = {re.split(r"[<>=\[]", d)[0] for d in project["project"]["dependencies"]}
    groups = project["dependency-groups"]
    tests = {re.split(r"[<>=\[]", d)[0] for d in [*groups["test"], *groups["build"]]}
    for lock, wanted in (
        ("requirements.lock", runtime),
        ("requirements-test.lock", runtime | tests),
    ):
        text = (ROOT / lock).read_text()
        pins = {p.lower() for p in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
        assert {w.lower() for w in wanted} <= pins
        assert all(
            "sha256:" in block for block in re.split(r"\n(?=\w)", text) if "==" in block
        )


def test_every_public_function_has_a_docstring():
    for file in CODE:
        if "migrations" in file.parts:
            continue
        tree = ast.parse(file.read_text())
        assert ast.get_docstring(tree), file
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef)
            if public and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{file.name}: {node.name}"


def test_every_setting_and_command_is_on_a_page():
    from dataclasses import fields

    from iwflab.cli import commands
    from iwflab.domain.settings import Settings

    settings = (ROOT / "docs" / "settings.md").read_text()
    for field in fields(Settings):
        assert f"`{field.name}`" in settings, field.name
    page = (ROOT / "docs" / "commands.md").read_text()
    for name in commands.commands:
        assert f"iwflab {name}" in page, name


def test_the_glossary_has_the_words_of_the_design():
    text = (ROOT / "docs" / "glossary.md").read_text()
    for word in (
        *("case", "exhibit", "medium", "copy", "element", "child", "tag", "category"),
        *("scheme", "grade", "assessment", "sign-off", "stage", "hash", "algorithm"),
        *("hash list", "entry", "exchange format", "link", "series", "exposure"),
        *("shield", "reveal", "audit trail", "release", "statistic", "count unit"),
    ):
        assert f"**{word}**" in text, word


def test_what_drives_a_browser_says_so():
    """By the mark a run spreads these files, and a machine may leave them out."""
    driving = {"open_desk", "browser", "chromium"}
    unmarked = [
        str(file.relative_to(ROOT))
        for file in ROOT.glob("tests/**/test_*.py")
        if _arguments(file) & driving and "pytest.mark.browser" not in file.read_text()
    ]
    assert unmarked == []


def _arguments(file):
    functions = [
        one
        for one in ast.walk(ast.parse(file.read_text()))
        if isinstance(one, ast.FunctionDef)
    ]
    return {given.arg for one in functions for given in one.args.args}
