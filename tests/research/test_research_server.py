"""Who gets in, what is refused, what is not there; the example outside a browser."""

import http.client
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import nbformat
import pytest
from IPython.core.formatters import DisplayFormatter
from nbclient import NotebookClient

from iwflab.errors import LabError
from iwflab.lab import Lab
from iwflab.lab.seat import operating_system_user
from iwflab_widgets.server.examples import copy_examples
from iwflab_widgets.server.places import notebook_root
from iwflab_widgets.server.research import prepare
from tests.research.jupyterlab import PASSWORD, Research
from tests.server.visiting import Visitor
from tests.walk.serving import until

COMMAND = Path(sys.executable).with_name("iwflab")
ME = operating_system_user()


@pytest.fixture(scope="module")
def visitor(research):
    return lambda: Visitor(SimpleNamespace(port=research.port))


def _log_in(visitor, name, password):
    visitor.get("/login")
    form = {"name": name, "password": password, "_xsrf": visitor.cookies["_xsrf"]}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return visitor.ask("POST", "/login", urlencode(form), headers=kind)[0]


def test_only_the_one_account_gets_in(research, visitor):
    with Lab.open(research.lab) as lab:
        lab.account_add("other", PASSWORD, roles=["senior_analyst"])
    other, me = visitor(), visitor()

    assert _log_in(other, "other", PASSWORD) == 401
    assert _log_in(me, ME, "wrong password") == 401
    assert other.get("/api/contents")[0] in {302, 403}
    assert _log_in(me, ME, PASSWORD) == 302
    assert me.read("/api/me")["identity"]["session"] == ""
    assert me.read("/iwflab/api/ping")["analyst"] == ME


def test_a_stranger_gets_the_login_page_alone(research, visitor):
    for path in (
        *("/lab", "/lab/tree/worked_example.ipynb", "/api/contents", "/api/kernels"),
        *("/files/worked_example.ipynb", "/api/me", "/lab/api/settings", "/metrics"),
        *(
            "/iwflab/api/ping",
            "/iwflab/api/desk",
            "/api/sessions",
            "/lab/api/workspaces",
        ),
        *("/api/status", "/api/spec.yaml"),
    ):
        assert visitor().get(path)[0] in {302, 401, 403}, path
    assert visitor().get("/api/contents?token=x")[0] in {302, 403}
    assert visitor().get("/api/contents", headers={"Authorization": "token x"})[0] in {
        302,
        403,
    }


def test_what_is_not_needed_is_not_there(research, visitor):
    me = visitor()
    _log_in(me, ME, PASSWORD)
    for path in (
        *("/terminals/1", "/api/terminals", "/nbconvert/html/worked_example.ipynb"),
        *("/api/nbconvert", "/view/worked_example.ipynb", "/lsp/status"),
    ):
        assert me.get(path)[0] == 404, path
    status, headers, _ = me.get(
        f"/files/worked_example.ipynb?_xsrf={me.cookies['_xsrf']}"
    )
    assert (status, headers["Cache-Control"]) == (200, "no-store, private")
    page = me.get("/lab")[1]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "http:" not in page["Content-Security-Policy"]


@pytest.mark.parametrize("change", ["role", "closed", "password"])
def test_the_end_of_a_role_or_an_account_ends_pages_and_kernels(
    new_lab, tmp_path, change
):
    lab = new_lab()
    lab.account_role("ben", ["administrator"])
    server = Research(lab.folder, tmp_path).start()
    try:
        me = Visitor(SimpleNamespace(port=server.port))
        assert _log_in(me, ME, PASSWORD) == 302
        assert me.post("/api/kernels", {"name": "python3"})[0] == 201
        (pid,) = server.kernels()
        assert me.get("/lab")[0] == 200
        if change == "role":
            lab.account_role(ME, ["administrator", "qa_officer"])
        elif change == "closed":
            lab.account_disable(ME)
        else:
            lab.account_add(ME, f"{PASSWORD}!")
        if change != "password":  # that one takes the seconds of ACCOUNTS_SECONDS
            for path in ("/lab", "/api/contents", "/api/kernels", "/iwflab/api/ping"):
                assert me.get(path)[0] in {302, 401, 403}, path
            assert _log_in(me, ME, PASSWORD) == 401
        until(lambda: pid not in server.kernels(), what="the end of the kernel")
        until(lambda: me.get("/api/contents")[0] in {302, 403}, what="the end of it")
    finally:
        server.stop()


def test_another_name_of_this_machine_is_refused(research):
    connection = http.client.HTTPConnection("127.0.0.1", research.port, 10)
    connection.request("GET", "/login", headers={"Host": "elsewhere.example"})
    assert connection.getresponse().status == 403
    connection.close()


def test_what_cannot_be_safe_is_refused_with_advice(
    research, tmp_path, new_lab, monkeypatch
):
    def refused(lab, notebooks, *, allow_root=True):
        with pytest.raises(LabError) as error:
            prepare(lab, notebooks=notebooks, private=tmp_path, allow_root=allow_root)
        assert error.value.advice
        return str(error.value)

    beside = tmp_path / "notebooks"
    with Lab.open(research.lab, analyst=ME) as lab:
        for overlapping in (research.lab / "notebooks", research.lab.parent):
            assert "inside one another" in refused(lab, overlapping)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        assert "root" in refused(lab, beside, allow_root=False)
        assert f"account add {ME}" in refused(new_lab(), beside)
        for role in ("assessor", "qa_officer", "statistician", "administrator"):
            lab.account_add(f"a-{role.replace('_', '-')}", PASSWORD, roles=[role])
            person = lab.seat(f"a-{role.replace('_', '-')}")
            assert "do not let you work in JupyterLab" in refused(person, beside)
        assert "no open account" in refused(lab.seat("nobody-here"), beside)
    assert list(tmp_path.glob("notebooks*")) == []


def test_a_taken_port_is_said_and_nothing_stays(research, tmp_path):
    command = [COMMAND, "research", "--lab", research.lab, "--port", str(research.port)]
    root = ["--allow-root"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*command, *root, "--notebooks", tmp_path / "notebooks"],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 1
    assert "--port" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert len(list(research.lab.glob("server/research-*"))) == 1  # the other's


def test_examples_come_into_an_empty_folder_only(tmp_path):
    made, *others = sorted(copy_examples(tmp_path))
    assert [made.name, *(one.name for one in others)] == [
        "calibration.ipynb",
        "published_tables.ipynb",
        "worked_example.ipynb",
    ]
    assert made.read_bytes() == (notebook_root("research") / made.name).read_bytes()
    made.write_text("mine")
    assert copy_examples(tmp_path) == []
    assert made.read_text() == "mine"


def _run(name):
    place = notebook_root("research") / f"{name}.ipynb"
    notebook = nbformat.read(place, as_version=4)
    NotebookClient(
        notebook,
        timeout=60,
        store_widget_state=False,
        extra_arguments=["--HistoryManager.enabled=False"],
    ).execute()
    text = {
        cell["id"]: cell["outputs"][-1]["data"]["text/plain"]
        for cell in notebook["cells"]
        if cell.get("outputs")
    }
    return notebook, text


def test_the_calibration_measures_what_it_draws(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    _, text = _run("calibration")
    lines = text["measure"].splitlines()
    assert lines[0].split()[0] == "pdq"
    told = {line[:28].strip(): line[28:].split()[0] for line in lines[1:]}
    across = 96 * 95 // 2 - 24 * 6

    assert told["pictures"] == "96"
    assert told["pairs across families"] == str(across)
    assert (told["threshold"], told["false matches"]) == ("31", "0")
    assert int(told["nearest across"]) > 31


def test_the_published_tables_come_out_as_they_were_printed(tmp_path, monkeypatch):
    """All but the two whose printed denominator cannot be the one that was used."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    _, text = _run("published_tables")
    words = {"True", "False"}
    agreed = {
        cell: [
            words_of[-1]
            for line in text[cell].splitlines()
            if (words_of := line.split()) and words_of[-1] in words
        ]
        for cell in ("t1", "t2", "t3", "t3-changes")
    }

    assert agreed["t1"] == ["True"] * 14
    assert agreed["t2"] == ["True"] * 4
    assert agreed["t3"] == ["True", "True", "False", "False", "True", "True"]
    assert agreed["t3-changes"] == ["True"] * 2
    assert "24.06878" in text["t1-association"]
    assert "0.02294" in text["t1-association"]


def test_the_worked_example_counts_what_the_lab_holds(
    demonstration, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(demonstration / "home"))
    monkeypatch.setenv("IWFLAB_LAB", str(demonstration / "lab"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook, text = _run("worked_example")
    kinds = {
        kind
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
    }
    with Lab.open(demonstration / "lab") as lab:
        children, media = lab.children(), lab.media()
    assert text["children-base"].splitlines()[0].split()[-1] == str(len(children))
    assert str(len(media)) in text["media"].splitlines()[-1].split()
    assert text["medium"].splitlines()[0].split()[0] == "medium"
    assert not {
        kind for kind in kinds if kind.startswith("image/") and "svg" not in kind
    }


def test_a_medium_shows_itself_as_text(lab):
    shown = lab.show(lab.media().loc[0, "medium"])

    data, _ = DisplayFormatter().format(shown)

    assert set(data) == {"text/plain"}
    assert "medium " in data["text/plain"].splitlines()[0]
    assert shown["sha256"] in data["text/plain"]
