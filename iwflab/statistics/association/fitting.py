"""What models share: whole rows, a design, a fit that settled, terms as a result."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput
from iwflab.statistics.association.tables import Test, chi_square
from iwflab.statistics.intervals.clusters import FEWEST, UNSURE
from iwflab.statistics.intervals.proportions import normal
from iwflab.statistics.results import joined, result

if TYPE_CHECKING:
    import pandas as pd

_WILD = 15.0  # log odds (or their error) beyond it: a term decides the outcome alone
_SIMPLER = "fewer predictors, or join categories until each has every outcome"


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model: its terms as a result, a Wald test of each, how well it fits.

    The table has a row for each term with measure ``log_odds_ratio``, and one with
    ``odds_ratio``; the baseline of GEE and the cut points of the ordinal logit are
    ``log_odds`` and ``share``.  ``loglik`` is NaN for GEE, which has none;
    ``correlation`` is that within clusters.
    """

    table: "pd.DataFrame"
    tests: Mapping[str, Test]
    loglik: float
    correlation: float


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms by name, on the scale of log odds, and what each of them is there."""

    names: list[str]
    values: Any
    errors: Any
    levels: list[str]


def told_of(
    terms: Terms, context: tuple[str, float, float, float, str]
) -> tuple["pd.DataFrame", dict[str, Test]]:
    """Give log odds and odds ratios with their limits, and a Wald test of each."""
    import numpy as np
    from scipy.special import expit

    unit, level, n, clusters, method = context
    z = normal(level)
    value, error = np.asarray(terms.values, float), np.asarray(terms.errors, float)
    limits = value, value - z * error, value + z * error
    ratio = np.array([kind == "log_odds_ratio" for kind in terms.levels])
    turned = [np.where(ratio, np.exp(v), expit(v)) for v in limits]
    given = {
        "level": level,
        "n": n,
        "clusters": clusters,
        "method": method,
        "flag": "u" if clusters < UNSURE else "",
    }
    keys = {"term": np.array(terms.names, dtype=object)}
    measures = (terms.levels, np.where(ratio, "odds_ratio", "share"))
    parts = [
        result(
            keys,
            unit=unit,
            measure=np.array(measure, dtype=object),
            estimate=numbers[0],
            lower=numbers[1],
            upper=numbers[2],
            **given,
        )
        for measure, numbers in zip(measures, (limits, turned), strict=True)
    ]
    wald = (value / error) ** 2
    tests = {
        name: Test(float(w), 1, chi_square(float(w), 1), n, f"Wald, {method}")
        for name, w in zip(terms.names, wald, strict=True)
    }
    return joined(*parts), tests


def settled(model: Any, **told: Any) -> Any:
    """Fit, and refuse a model that found no answer; its warnings say no more."""
    import numpy as np

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            fit = model.fit(**told)
            errors = np.asarray(fit.bse, float)
        except (np.linalg.LinAlgError, ValueError) as error:
            raise BadInput("the model cannot be fitted", advice=_SIMPLER) from error
    done = getattr(fit, "converged", None)
    if done is None:
        done = fit.mle_retvals["converged"]
    spread = np.std(model.exog, axis=0)
    terms = len(spread)
    wild = np.maximum(errors, np.abs(np.asarray(fit.params, float)))[:terms]
    if not done or not (wild * np.where(spread > 0, spread, 1) < _WILD).all():
        raise BadInput("the model did not settle", advice=_SIMPLER)
    return fit


def enough(number: int) -> None:
    """Refuse a sandwich variance from too few series."""
    if number < FEWEST:
        raise BadInput(
            f"{number} series are too few for a model",
            advice=f"give {FEWEST} or more, or say the counts",
        )


def counts_of_rows(frame: "pd.DataFrame", counts: str) -> Any:
    """Give the counts of an aggregated frame as whole numbers."""
    import numpy as np

    told = frame[counts].to_numpy(dtype=float)
    if not (np.isfinite(told) & (told >= 0) & (told == np.floor(told))).all():
        raise BadInput(f"{counts!r} is no count", advice="give whole numbers from 0")
    return told.astype(int)


def whole(frame: "pd.DataFrame", names: Sequence[str]) -> "pd.DataFrame":
    """Give the columns of the model; a row with a missing value is refused."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise BadInput(f"no column {missing[0]!r}", advice="name columns of the frame")
    told = frame[list(names)]
    if told.isna().any().any():
        raise BadInput(
            "a value is missing",
            advice="make unknown a category, or leave such rows out and say how many",
        )
    return told.reset_index(drop=True)


def design_of(told: "pd.DataFrame", predictors: Sequence[str]) -> "pd.DataFrame":
    """Give numbers as they are, and each category but the first as yes or no."""
    import pandas as pd

    if not predictors:
        return pd.DataFrame(index=told.index)
    plain = told[list(predictors)]
    return pd.get_dummies(plain, drop_first=True, dtype=float).astype(float)
