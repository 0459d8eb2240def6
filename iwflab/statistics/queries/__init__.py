"""Questions for counts of victim metadata, and their answers, safely.

    Query                     what to count; JSON there and back (query_from)
    answer(frames, query)     the answer: table, base, exclusions, what could leave
    prepared(frames, unit)    the frame of a unit, made once where much is asked
    answer_of(ready, query)   the same answer from it
    facts, public_facts       an answer as plain values, for a page

An answer holds what is for inside (``result``, ``counts``, ``title``) and what may
leave (``protected``, ``public_title``); no id of a medium or a series is in either.
"""

from iwflab.statistics.queries.answering import Answer, answer, answer_of
from iwflab.statistics.queries.facts import facts, public_facts
from iwflab.statistics.queries.query import Query, query_from
from iwflab.statistics.queries.sides import Prepared, prepared

__all__ = [
    "Answer",
    "Prepared",
    "Query",
    "answer",
    "answer_of",
    "facts",
    "prepared",
    "public_facts",
    "query_from",
]
