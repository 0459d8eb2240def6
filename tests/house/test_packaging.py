"""The wheel and the checkout carry the same things."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

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


def test_start_up_is_light():
    """The worker and the command line must not wait for what they do not use."""
    script = (
        "import sys, iwflab.cli\n"
        "heavy = {'pandas', 'altair', 'vl_convert', 'imagehash', 'scipy', 'voila',"
        " 'IPython', 'ipywidgets', 'PIL.Image'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
