"""The wheel and the checkout carry the same things."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _files(folder, *patterns):
    return {
        str(file.relative_to(folder))
        for pattern in patterns
        for file in folder.glob(pattern)
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_the_wheel_holds_every_module_asset_scheme_and_notebook(tmp_path):
    command = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        tmp_path,
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    wanted = _files(ROOT, "iwflab/**/*")
    wanted |= _files(ROOT / "widgets", "iwflab_widgets/**/*")
    wanted |= {f"iwflab/_{n}" for n in _files(ROOT, "notebooks/**/*.ipynb")}

    assert wanted <= names
    assert {n for n in names if n.endswith((".js", ".css", ".toml", ".ipynb"))}
    assert not [n for n in names if n.startswith(("tests/", "docs/", "benchmarks/"))]


def test_the_version_is_said_once():
    from iwflab import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["version"]["path"] == "iwflab/domain/version.py"
    assert __version__.count(".") == 2


def test_the_grading_apps_never_wait_for_compiled_kernels(lab):
    """Serving and grading load no numba, no video library, no decoder."""
    script = (
        "import sys\n"
        "from iwflab.lab import Lab\n"
        "import iwflab_widgets.server.app, iwflab_widgets.grading_desk\n"
        "with Lab.open(sys.argv[1], analyst='ann') as lab:\n"
        "    lab.open_set(3), lab.overview(), lab.warnings(), lab.hits(), lab.lists()\n"
        "heavy = {'numba', 'llvmlite', 'av', 'scipy', 'simplejpeg', 'imagehash'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, lab.folder],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'widgets'}"},
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        (
            "iwflab.cli",
            {"pandas", "altair", "vl_convert", "imagehash", "scipy", "voila", "IPython"}
            | {"ipywidgets", "PIL.Image"},
        ),
        ("iwflab_widgets.server.app", {"lark", "altair", "vl_convert", "scipy"}),
    ],
)
def test_start_up_is_light(module, heavy):
    """The worker, the command line and the server load nothing that they do not use."""
    script = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
