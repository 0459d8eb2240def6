"""Models of graded outcomes, by statsmodels: ordinal logit and GEE.

statsmodels is loaded when a model is asked for, not before.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from iwflab.errors import BadInput
from iwflab.statistics.association.tables import Test, chi_square
from iwflab.statistics.intervals.clusters import FEWEST, UNSURE
from iwflab.statistics.intervals.proportions import normal
from iwflab.statistics.results import NAN, joined, known_unit, result

if TYPE_CHECKING:
    import pandas as pd

BASELINE = "(baseline)"
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


def ordinal_logit(
    frame: "pd.DataFrame",
    outcome: str,
    predictors: Sequence[str],
    unit: str,
    *,
    cluster: str | None = None,
    counts: str | None = None,
    level: float = 0.95,
) -> Model:
    """Fit proportional odds: logit P(outcome <= j) = cut_j - x'b.

    McCullagh (1980), JRSS B 42:109-142; statsmodels' ``OrderedModel``, R's
    ``MASS::polr``.  An odds ratio above 1 goes with higher outcomes.  ``outcome`` is an
    ordered Categorical; predictors are numbers, or categories against the first one.
    ``cluster`` names the column of series and gives the sandwich variance (Liang and
    Zeger 1986, Biometrika 73:13-22; times m/(m-1) (n-1)/(n-k) for few series);
    without it items are taken as independent.
    ``counts`` names a column of counts of an aggregated frame.  Rows with a missing
    value are refused: unknown is a category, or left out and said.
    """
    import numpy as np

    known_unit(unit)
    told = _whole(frame, [outcome, *predictors, *([cluster] if cluster else [])])
    if counts is not None:
        told = told.loc[told.index.repeat(told_counts(frame, counts))]
    target = told[outcome]
    labels = _ordered_labels(target)
    if cluster is not None:
        _enough(int(told[cluster].nunique()))
    design = _design(told, predictors)
    if design.empty:
        raise BadInput("no predictor", advice="name one or more")
    fit = _ordered(target, design, told[cluster] if cluster else None)
    names = list(design.columns)
    cuts = [f"{outcome} <= {label}" for label in labels[:-1]]
    values, cov = _with_cuts(fit, len(names))
    told_by = _Terms(
        names=[*names, *cuts],
        values=values,
        errors=np.sqrt(np.diag(cov)),
        levels=[*["log_odds_ratio"] * len(names), *["log_odds"] * len(cuts)],
    )
    groups = float(told[cluster].nunique()) if cluster else NAN
    method = "proportional odds" + (", sandwich by series" if cluster else "")
    table, tests = _told(told_by, (unit, level, float(len(told)), groups, method))
    return Model(table, tests, float(fit.llf), NAN)


def _ordered_labels(target: "pd.Series[Any]") -> list[Any]:
    import pandas as pd

    dtype = target.dtype
    if not (isinstance(dtype, pd.CategoricalDtype) and dtype.ordered):
        raise BadInput(
            f"{target.name!r} has no order", advice="make it an ordered Categorical"
        )
    return list(dtype.categories)


def gee(
    frame: "pd.DataFrame",
    y: str,
    predictors: Sequence[str],
    cluster: str,
    unit: str,
    *,
    dependence: Literal["independence", "exchangeable"] = "independence",
    level: float = 0.95,
) -> Model:
    """Fit a logistic model of a yes or no whose items come in clusters.

    Generalised estimating equations with the sandwich variance: Liang and Zeger
    (1986), Biometrika 73:13-22; statsmodels' ``GEE``, R's ``geepack``.
    ``independence`` gives the pooled proportion where there is no predictor;
    ``exchangeable`` weights clusters by their correlation and changes the estimate.
    Under 20 series its intervals are too short (flag ``u``), under 5 it is refused.
    """
    import statsmodels.api as sm

    known_unit(unit)
    told = _whole(frame, [y, *predictors, cluster])
    number = int(told[cluster].nunique())
    _enough(number)
    design = _design(told, predictors)
    design.insert(0, BASELINE, 1.0)
    kinds = {
        "independence": sm.cov_struct.Independence,
        "exchangeable": sm.cov_struct.Exchangeable,
    }
    if dependence not in kinds:
        raise BadInput(f"no {dependence!r}", advice=f"choose {' or '.join(kinds)}")
    structure = kinds[dependence]()
    model = sm.GEE(
        told[y].astype(float).to_numpy(),
        design.to_numpy(),
        groups=told[cluster].astype("category").cat.codes.to_numpy(),
        family=sm.families.Binomial(),
        cov_struct=structure,
    )
    fit = _settled(model)
    terms = _Terms(
        names=list(design.columns),
        values=fit.params,
        errors=fit.bse,
        levels=["log_odds", *["log_odds_ratio"] * (design.shape[1] - 1)],
    )
    method = f"GEE, {dependence}, sandwich by series"
    context = (unit, level, float(len(told)), float(number), method)
    table, tests = _told(terms, context)
    rho = float(structure.dep_params) if dependence == "exchangeable" else NAN
    return Model(table, tests, NAN, rho)


def _enough(number: int) -> None:
    if number < FEWEST:
        raise BadInput(
            f"{number} series are too few for a model",
            advice=f"give {FEWEST} or more, or say the counts",
        )


@dataclass(frozen=True, slots=True)
class _Terms:
    names: list[str]
    values: Any
    errors: Any
    levels: list[str]


def _told(
    terms: _Terms, context: tuple[str, float, float, float, str]
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


def _ordered(target: Any, design: "pd.DataFrame", groups: Any) -> Any:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    told: dict[str, Any] = {"method": "newton", "disp": False, "maxiter": 100}
    if groups is not None:
        codes = groups.astype("category").cat.codes.to_numpy()
        told |= {"cov_type": "cluster", "cov_kwds": {"groups": codes}}
    codes = target.cat.codes.to_numpy()
    model = OrderedModel(codes, design.to_numpy(), distr="logit")
    return _settled(model, **told)


def _settled(model: Any, **told: Any) -> Any:
    """Fit, and refuse a model that found no answer; its warnings say no more."""
    import numpy as np

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            fit = model.fit(**told)
            errors = np.asarray(fit.bse, float)
        except (np.linalg.LinAlgError, ValueError) as error:
            raise BadInput("the model cannot be fitted", advice=_SIMPLER) from error
    settled = getattr(fit, "converged", None)
    if settled is None:
        settled = fit.mle_retvals["converged"]
    spread = np.std(model.exog, axis=0)
    terms = len(spread)
    wild = np.maximum(errors, np.abs(np.asarray(fit.params, float)))[:terms]
    if not settled or not (wild * np.where(spread > 0, spread, 1) < _WILD).all():
        raise BadInput("the model did not settle", advice=_SIMPLER)
    return fit


def _with_cuts(fit: Any, slopes: int) -> tuple[Any, Any]:
    """Turn the increments of statsmodels' thresholds into cuts, by the chain rule."""
    import numpy as np

    params = np.asarray(fit.params, float)
    steps = params[slopes:]
    jacobian = np.eye(len(params))
    cuts = np.concatenate([steps[:1], steps[0] + np.cumsum(np.exp(steps[1:]))])
    for place in range(1, len(steps)):
        jacobian[slopes + place, slopes] = 1
        grown = np.exp(steps[1 : place + 1])
        jacobian[slopes + place, slopes + 1 : slopes + place + 1] = grown
    cov = jacobian @ np.asarray(fit.cov_params(), float) @ jacobian.T
    return np.concatenate([params[:slopes], cuts]), cov


def told_counts(frame: "pd.DataFrame", counts: str) -> Any:
    """Give the counts of an aggregated frame as whole numbers."""
    import numpy as np

    told = frame[counts].to_numpy(dtype=float)
    if not (np.isfinite(told) & (told >= 0) & (told == np.floor(told))).all():
        raise BadInput(f"{counts!r} is no count", advice="give whole numbers from 0")
    return told.astype(int)


def _whole(frame: "pd.DataFrame", names: Sequence[str]) -> "pd.DataFrame":
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


def _design(told: "pd.DataFrame", predictors: Sequence[str]) -> "pd.DataFrame":
    """Give numbers as they are, and each category but the first as yes or no."""
    import pandas as pd

    if not predictors:
        return pd.DataFrame(index=told.index)
    plain = told[list(predictors)]
    return pd.get_dummies(plain, drop_first=True, dtype=float).astype(float)
