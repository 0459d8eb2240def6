"""Disclosure control: what may leave of a table, and the proof that it may.

``protect`` makes of true counts what a profile lets out, or refuses; ``audit`` bounds
each cell as somebody outside could; ``check_release`` holds a release against every
earlier one, ``weigh`` says it of each table.  See docs/disclosure.md.
"""

from iwflab.statistics.disclosure.auditing import Bound, audit
from iwflab.statistics.disclosure.keeping import release_from, release_json
from iwflab.statistics.disclosure.ledger import check_release
from iwflab.statistics.disclosure.outputs import (
    Outcome,
    Output,
    Verdict,
    approve,
    ask_exception,
)
from iwflab.statistics.disclosure.profiles import (
    Profile,
    load,
    profile,
    profiles,
    profiles_from,
)
from iwflab.statistics.disclosure.protecting import Protected, protect
from iwflab.statistics.disclosure.releases import Entry, Leak, Release, entry
from iwflab.statistics.disclosure.rounding import round_table
from iwflab.statistics.disclosure.sensitive import Why, dominance, primary
from iwflab.statistics.disclosure.tables import (
    ALL,
    Counts,
    Published,
    counted,
    counts_of,
)
from iwflab.statistics.disclosure.together import protect_together
from iwflab.statistics.disclosure.weighing import weigh

__all__ = [
    "ALL",
    "Bound",
    "Counts",
    "Entry",
    "Leak",
    "Outcome",
    "Output",
    "Profile",
    "Protected",
    "Published",
    "Release",
    "Verdict",
    "Why",
    "approve",
    "ask_exception",
    "audit",
    "check_release",
    "counted",
    "counts_of",
    "dominance",
    "entry",
    "load",
    "primary",
    "profile",
    "profiles",
    "profiles_from",
    "protect",
    "protect_together",
    "release_from",
    "release_json",
    "round_table",
    "weigh",
]
