"""The example of each report, composed once a profile and written once a form."""

from functools import cache

import pytest

from iwflab.statistics.reports import REPORTS, written

PROFILES = ("partner", "cautious", "public_detailed", "public_national", "internal")


@cache
def composed(profile, name="monthly"):
    kind = REPORTS[name]
    frames, asked = kind.example()
    return kind.compose(frames, **{**asked, "profile": profile})


@cache
def bytes_of(profile, form):
    return written(composed(profile), form)


@pytest.fixture(params=PROFILES)
def report(request):
    return composed(request.param)


@pytest.fixture
def example():
    """Fresh frames and what to ask; a test may change both."""
    frames, asked = REPORTS["monthly"].example()
    return frames, {**asked, "profile": "public_national"}


@pytest.fixture
def wrote():
    """Give the bytes of the example under a profile in a form."""
    return bytes_of


@pytest.fixture
def made():
    """Give the example's report under a profile."""
    return composed
