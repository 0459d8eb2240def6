"""Whatever way a notebook comes to the server, it is kept without its outputs."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

from iwflab_widgets.server.extension import keep_clean

SHOWN = "iVBORw0KGgoSHOWN"


@pytest.fixture
def contents(tmp_path):
    manager = AsyncLargeFileManager(root_dir=str(tmp_path))
    keep_clean(manager)
    return SimpleNamespace(
        save=lambda model, path: asyncio.run(manager.save(model, path)),
        do=lambda name, *given: asyncio.run(getattr(manager, name)(*given)),
        folder=tmp_path,
    )


def _notebook(**more):
    output = {"output_type": "display_data", "metadata": {}}
    cells = [
        {
            "cell_type": "code",
            "id": "a",
            "execution_count": 3,
            "metadata": {},
            "source": "1",
            "outputs": [{**output, "data": {"image/png": SHOWN}}],
        },
        {
            "cell_type": "markdown",
            "id": "b",
            "metadata": {},
            "source": "text",
            "attachments": {"x.png": {"image/png": SHOWN}},
        },
    ]
    state = {"application/vnd.jupyter.widget-state+json": {"state": SHOWN}}
    metadata = {"widgets": state, "title": "kept"}
    plain = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return {**plain, **more}


def _kept(contents, name="x.ipynb"):
    text = (contents.folder / name).read_text("utf-8")
    assert SHOWN not in text
    return json.loads(text)


def test_a_saved_notebook_keeps_its_text_alone(contents):
    model = {"type": "notebook", "format": "json", "content": _notebook()}
    contents.save(model, "x.ipynb")
    code, words = _kept(contents)["cells"]

    assert (code["source"], code["outputs"], code["execution_count"]) == (
        ["1"],
        [],
        None,
    )
    assert words["source"] == ["text"]
    assert _kept(contents)["metadata"] == {"title": "kept"}


@pytest.mark.parametrize("name", ["x.ipynb", "X.IPYNB"])
def test_one_that_comes_as_a_file_is_stripped_too(contents, name):
    text = json.dumps(_notebook())
    contents.save({"type": "file", "format": "text", "content": text}, name)

    assert _kept(contents, name)["cells"][0]["outputs"] == []


@pytest.mark.parametrize(
    "model",
    [
        {"type": "notebook", "format": "json", "content": _notebook(nbformat=3)},
        {"type": "notebook", "format": "json", "content": {"nbformat": 4}},
        {"type": "notebook", "format": "json", "content": _notebook(cells=[1])},
        {"type": "file", "format": "text", "content": "{"},
        {"type": "file", "format": "text", "content": "[]"},
        {"type": "file", "format": "base64", "content": "e30="},
        {"type": "file", "format": "base64", "content": "e30=", "chunk": 1},
    ],
    ids=lambda m: f"{m['type']}-{str(m['content'])[:12]}",
)
def test_one_that_cannot_be_stripped_is_not_saved(contents, model):
    with pytest.raises(HTTPError):
        contents.save(model, "x.ipynb")
    assert list(contents.folder.iterdir()) == []


def test_other_files_and_folders_are_left_as_they_are(contents):
    contents.save({"type": "file", "format": "text", "content": SHOWN}, "notes.txt")
    contents.save({"type": "directory"}, "a folder.ipynb")

    assert (contents.folder / "notes.txt").read_text() == SHOWN
    assert (contents.folder / "a folder.ipynb").is_dir()


def test_no_checkpoint_is_ever_there(contents):
    model = {"type": "notebook", "format": "json", "content": _notebook()}
    contents.save(model, "x.ipynb")
    made = contents.do("create_checkpoint", "x.ipynb")

    assert contents.do("list_checkpoints", "x.ipynb") == []
    with pytest.raises(HTTPError):
        contents.do("restore_checkpoint", made["id"], "x.ipynb")
    contents.do("rename", "x.ipynb", "y.ipynb")
    assert [p.name for p in contents.folder.iterdir()] == ["y.ipynb"]
    contents.do("delete", "y.ipynb")
