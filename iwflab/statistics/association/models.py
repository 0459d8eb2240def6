"""Models of graded outcomes, by statsmodels: ordinal logit and GEE.

statsmodels is loaded when a model is asked for, not before.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from iwflab.errors import BadInput
from iwflab.statistics.association.fitting import (
    Model,
    Terms,
    counts_of_rows,
    design_of,
    enough,
    settled,
    told_of,
    whole,
)
from iwflab.statistics.results import NAN, known_unit

if TYPE_CHECKING:
    import pandas as pd

BASELINE = "(baseline)"


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
    told = whole(frame, [outcome, *predictors, *([cluster] if cluster else [])])
    if counts is not None:
        told = told.loc[told.index.repeat(counts_of_rows(frame, counts))]
    target = told[outcome]
    labels = _ordered_labels(target)
    if cluster is not None:
        enough(int(told[cluster].nunique()))
    design = design_of(told, predictors)
    if design.empty:
        raise BadInput("no predictor", advice="name one or more")
    fit = _ordered(target, design, told[cluster] if cluster else None)
    names = list(design.columns)
    cuts = [f"{outcome} <= {label}" for label in labels[:-1]]
    values, cov = _with_cuts(fit, len(names))
    told_by = Terms(
        names=[*names, *cuts],
        values=values,
        errors=np.sqrt(np.diag(cov)),
        levels=[*["log_odds_ratio"] * len(names), *["log_odds"] * len(cuts)],
    )
    groups = float(told[cluster].nunique()) if cluster else NAN
    method = "proportional odds" + (", sandwich by series" if cluster else "")
    table, tests = told_of(told_by, (unit, level, float(len(told)), groups, method))
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
    told = whole(frame, [y, *predictors, cluster])
    number = int(told[cluster].nunique())
    enough(number)
    design = design_of(told, predictors)
    design.insert(0, BASELINE, 1.0)
    structure = _structure(dependence)
    model = sm.GEE(
        told[y].astype(float).to_numpy(),
        design.to_numpy(),
        groups=told[cluster].astype("category").cat.codes.to_numpy(),
        family=sm.families.Binomial(),
        cov_struct=structure,
    )
    fit = settled(model)
    terms = Terms(
        names=list(design.columns),
        values=fit.params,
        errors=fit.bse,
        levels=["log_odds", *["log_odds_ratio"] * (design.shape[1] - 1)],
    )
    method = f"GEE, {dependence}, sandwich by series"
    context = (unit, level, float(len(told)), float(number), method)
    table, tests = told_of(terms, context)
    rho = float(structure.dep_params) if dependence == "exchangeable" else NAN
    return Model(table, tests, NAN, rho)


def _structure(dependence: str) -> Any:
    """Give statsmodels' form of how items of one cluster resemble each other."""
    from statsmodels.api import cov_struct

    kinds = {
        "independence": cov_struct.Independence,
        "exchangeable": cov_struct.Exchangeable,
    }
    if dependence not in kinds:
        raise BadInput(f"no {dependence!r}", advice=f"choose {' or '.join(kinds)}")
    return kinds[dependence]()


def _ordered(target: Any, design: "pd.DataFrame", groups: Any) -> Any:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    told: dict[str, Any] = {"method": "newton", "disp": False, "maxiter": 100}
    if groups is not None:
        codes = groups.astype("category").cat.codes.to_numpy()
        told |= {"cov_type": "cluster", "cov_kwds": {"groups": codes}}
    codes = target.cat.codes.to_numpy()
    model = OrderedModel(codes, design.to_numpy(), distr="logit")
    return settled(model, **told)


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
