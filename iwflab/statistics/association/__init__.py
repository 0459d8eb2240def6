"""Associations: tests and effect sizes for tables, tags and ordered outcomes.

Two-way tables of counts: :func:`cramers_v`, :func:`gamma`, :func:`linear_by_linear`,
:func:`trend_test`; several 2x2 tables: :func:`mantel_haenszel`; proportions of
clusters: :func:`rao_scott_test`; tags of which an item may have several:
:func:`mrcv_test`, :func:`cooccurrence`; models: :func:`ordinal_logit`, :func:`gee`.

The tests of a table of counts take each count as an item of its own.  Media of one
series are no such items: their p-values are too small there.  Say so, or use
:func:`rao_scott_test`, :func:`mrcv_test` with clusters, or :func:`gee`.
"""

from iwflab.statistics.association.clustered import RaoScott, rao_scott_test
from iwflab.statistics.association.fitting import Model
from iwflab.statistics.association.models import gee, ordinal_logit
from iwflab.statistics.association.multiple import Mrcv, mrcv_counts, mrcv_test
from iwflab.statistics.association.nominal import Cramer, cramers_v
from iwflab.statistics.association.ordinal import (
    Gamma,
    gamma,
    linear_by_linear,
    trend_test,
)
from iwflab.statistics.association.pairs import benjamini_hochberg, cooccurrence
from iwflab.statistics.association.stratified import MantelHaenszel, mantel_haenszel
from iwflab.statistics.association.tables import Test

__all__ = [
    "Cramer",
    "Gamma",
    "MantelHaenszel",
    "Model",
    "Mrcv",
    "RaoScott",
    "Test",
    "benjamini_hochberg",
    "cooccurrence",
    "cramers_v",
    "gamma",
    "gee",
    "linear_by_linear",
    "mantel_haenszel",
    "mrcv_counts",
    "mrcv_test",
    "ordinal_logit",
    "rao_scott_test",
    "trend_test",
]
