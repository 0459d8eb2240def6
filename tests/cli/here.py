"""A command of the command line, run in this process: no Python is started anew."""

import contextlib
import io
import sys
from types import SimpleNamespace

import pytest

from iwflab.cli import main


def here(*args, fails=0, who=None):
    """Run it through the same entry; what it printed, if it ended with this code.

    ``who`` is the user of the operating system, where it is not the one of the tests.
    """
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as left,
    ):
        patch.setattr(sys, "argv", ["iwflab", *map(str, args)])
        if who is not None:
            patch.setattr("iwflab.cli.printing.operating_system_user", lambda: who)
        main()
    assert left.value.code == fails, out.getvalue() + err.getvalue()
    return SimpleNamespace(stdout=out.getvalue(), stderr=err.getvalue())
