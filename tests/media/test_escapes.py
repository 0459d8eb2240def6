"""No attempt to leave the sandbox succeeds, as whom we run and as uid nobody."""

# Raw names and calls are the point here, or sys.path as it stands.
# ruff: noqa: PTH100

import json
import os
import subprocess
import sys

import pytest

from iwflab.domain.media import DecoderState
from iwflab.media import sandbox
from iwflab.media.pool import DecodePool
from iwflab.media.process import Process
from iwflab.media.reading import seal
from tests.media import escapes
from tests.media.ordinary import run_as_nobody

TASK = "tests.media.escapes:examine"
STOPPED = "it tried something that a decoder may not do"


def outcomes():
    """Try everything in workers of its own; name -> (state, reason)."""
    with DecodePool(TASK, workers=1, recycle=1) as pool:
        answers = {}
        for name in escapes.NAMES:
            with seal([name.encode()]) as sealed:
                examined = pool.examine(sealed)
            answers[name] = (str(examined.state), examined.reason)
        return answers


def report():
    print(json.dumps(outcomes()))


def unsandboxed(*names):
    """Start the attempts as a program; the names of those that work."""
    path = os.pathsep.join(os.path.abspath(entry) for entry in sys.path)
    done = subprocess.run(
        [sys.executable, escapes.__file__, *names],
        env={"PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def judge(answers):
    """Every attempt was denied by an error or cost the worker its life."""
    for name, (state, reason) in answers.items():
        assert state == DecoderState.REFUSED, (name, reason)
        assert reason.startswith("denied: ") or STOPPED in reason, (name, reason)


def _who():
    return "root" if os.geteuid() == 0 else "an ordinary user"


def test_there_are_enough_kinds_of_attempts():
    assert len(escapes.NAMES) >= 40


def test_no_attempt_succeeds(figure):
    judge(outcomes())
    figure(f"escapes as {_who()}", f"0 of {len(escapes.NAMES)} succeed")


def test_no_attempt_succeeds_as_an_ordinary_user(figure):
    done = run_as_nobody("from tests.media.test_escapes import report; report()")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert set(answers) == set(escapes.NAMES)
    judge(answers)
    figure("escapes as nobody", f"0 of {len(answers)} succeed")


def test_without_walls_most_attempts_succeed(figure):
    """The positive control: the attempts are real."""
    worked = unsandboxed()
    assert len(worked) >= len(escapes.NAMES) * (0.7 if os.geteuid() == 0 else 0.5)
    told = f"{len(worked)} of {len(escapes.NAMES)} succeed without walls"
    figure(f"escapes as {_who()}, control", told)


def test_the_other_layers_hold_without_the_list_of_system_calls():
    """Defence in depth: no wall is there only for show."""
    names = ("read_file", "write_file", "stat_file", "tcp", "mount")
    names += ("read_parent_environment", "signal_parent", "three_gibibytes")
    standing = {layer.name for layer in sandbox.layers() if layer.active}
    if not {"landlock", "own namespaces", "empty root"} <= standing:
        pytest.skip(f"only these stand here: {standing}")
    assert unsandboxed(*names) == []


def test_every_layer_stands_or_says_why_not():
    layers = sandbox.layers()
    assert [layer.name for layer in layers][-2:] == ["landlock", "system call list"]
    for layer in layers:
        assert layer.active or layer.why, layer
    assert layers[-1].active


def test_strict_refuses_when_a_layer_is_missing(monkeypatch):
    from iwflab.errors import WallMissing
    from iwflab.media import process

    layers = (sandbox.Layer("landlock", active=False, why="too old"),)
    monkeypatch.setattr(process, "_layers", lambda body: layers)
    with pytest.raises(WallMissing, match="landlock"):
        Process.start("iwflab.media.probe:examine", strict=True)
    loose = Process.start("iwflab.media.probe:examine")
    assert loose.layers == layers
    loose.kill()


def test_elsewhere_decoding_is_refused_unless_asked_for_by_name(monkeypatch):
    from iwflab.errors import WallMissing
    from iwflab.media import pool, process

    for module in (pool, process):
        monkeypatch.setattr(module, "supported", lambda: "this is Elsewhere")
    task = "iwflab.media.probe:examine"
    with seal([b"x"]) as sealed:
        with DecodePool(task) as refusing, pytest.raises(WallMissing, match="Elsewh"):
            refusing.examine(sealed)
        with DecodePool(task, unsafe_in_process=True) as asked:
            assert asked.examine(sealed).reason == "1 bytes, 0 algorithms"
