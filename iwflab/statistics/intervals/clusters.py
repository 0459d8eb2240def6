"""A proportion of media that belong to series: what one series says, it says once.

Media of a series resemble each other, so a plain interval is far too short: nominal
95% covers 33% to 79% of the time on skewed series sizes.  Here each series is left out
once, and what that changes says how sure the number is (docs/statistics.md has the
measured coverage).

The work is done on *moments*, sums over the series of one table cell or many, so that
the same few lines serve one proportion, a table of a million rows, and the simulation.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from iwflab.domain.counting import half_up
from iwflab.errors import BadInput
from iwflab.statistics.intervals.proportions import counts, normal, score
from iwflab.statistics.results import Interval, known_level, known_unit, plain

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.statistics.results import Floats

Method = Literal["jackknife", "linearised"]
METHODS = ("jackknife", "linearised")

# Section and measured coverage of these rules: docs/statistics.md.
FEWEST = 5  # under so many series there is no interval
MOST = 0.5  # nor where one series is more than this share of the base
UNSURE = 20  # under so many series the interval is marked [u]
BEARING = 2  # nor where what is counted (or its opposite) lies in one series only
_LEAST_FREEDOM = 2.0  # of t, where few series hold what is counted


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over series, as arrays of one shape: one entry a proportion.

    With y_j of n_j in series j: ``yes`` = sum y, ``base`` = sum n, ``clusters`` = n.
    of series with n_j > 0, ``variance`` of the proportion, ``base2`` = sum n^2,
    ``yes2`` = sum y^2, ``no2`` = sum (n-y)^2, ``bearing`` and ``lacking`` = n. of
    series with y_j > 0 and with y_j < n_j, ``largest`` = max n_j.
    """

    yes: "Floats"
    base: "Floats"
    clusters: "Floats"
    variance: "Floats"
    base2: "Floats"
    yes2: "Floats"
    no2: "Floats"
    bearing: "Floats"
    lacking: "Floats"
    largest: "Floats"


def cluster_proportion(
    frame: "pd.DataFrame",
    y: str,
    cluster: str,
    *,
    unit: str,
    method: Method = "jackknife",
    by: Literal["each", "series"] = "each",
    level: float = 0.95,
    measure: str = "share",
) -> "pd.DataFrame":
    """Give the share of rows with ``y`` (true, 1) and its interval, as a result.

    ``cluster`` names the column that says which series a row belongs to; a row of its
    own series needs a value of its own.  ``by="series"`` gives each series the weight
    one, whatever its size: the mean of the shares of the series, another question.
    Formula, refusals and flags: :func:`cluster_counts`.
    Raises :class:`~iwflab.errors.BadInput` for an unknown unit, and where ``y`` or
    ``cluster`` is missing for a row: unknown values are counted, not dropped
    (:func:`iwflab.statistics.describe.freq`).
    """
    import numpy as np

    known_unit(unit)
    told, codes, number = _columns(frame, y, cluster)
    yes = np.bincount(codes, weights=told, minlength=number)
    base = np.bincount(codes, minlength=number).astype(float)
    found = cluster_counts(yes, base, method=method, by=by, level=level)
    name = f"{measure} by series" if by == "series" else measure
    return found.table(measure=name, unit=unit)


def cluster_counts(
    yes: Any,
    base: Any,
    *,
    method: Method = "jackknife",
    by: Literal["each", "series"] = "each",
    level: float = 0.95,
) -> Interval:
    """Give the interval of sum(yes)/sum(base), one entry a series along the last axis.

    p = sum y / sum n.  ``jackknife``: v = (m-1)/m sum (p_(j) - p)^2, p_(j) without
    series j.  ``linearised``: v = m/(m-1) sum (y_j - p n_j)^2 / (sum n)^2 (Rao and
    Scott 1992, Biometrics 48:577-585).  deff = v / (p q / n), at least 1 in the
    interval; n_eff = n / deff; m_eff = (sum n)^2 / sum n^2 (Kish 1965).  The limits
    are Wilson's for n_eff (z/t)^2, t with min(m_eff - 1, max(2, k)) degrees of
    freedom (the shrinkage of Korn and Graubard 1998, Survey Methodology 24:193-201),
    where k = (sum y)^2 / sum y^2, or that of n - y if smaller, is the effective
    number of series that hold what is counted: rare things lie in few series.
    Nothing (or everything) found: 1 - a^(1/m_eff), one-sided.

    ``lower`` and ``upper`` are NaN and the flag is ``x`` under 5 series, where one
    series is more than half of the base, or where what is counted (or its opposite)
    lies in a single series; the flag is ``u`` under 20 series, and where it lies in
    fewer than 5.  Series of base 0 do not count.  ``deff`` of the answer is not raised
    to 1.

    ``by="series"`` is the mean of y_j / n_j: the same with shares in place of y and 1
    in place of n, where deff may be small, but n_eff no more than sum n.
    """
    import numpy as np

    y, n = counts(yes, base)
    least: Any = 1.0
    if by == "series":
        with np.errstate(divide="ignore", invalid="ignore"):
            least = (n > 0).sum(-1) / n.sum(-1)
            y, n = np.where(n > 0, y / n, 0.0), (n > 0).astype(float)
    elif by != "each":
        raise BadInput(f"no weight {by!r}", advice="choose each or series")
    found = moments(y, n, method=method)
    return from_moments(found, method=method, level=level, least=least)


def moments(y: "Floats", n: "Floats", *, method: Method = "jackknife") -> Moments:
    """Sum over the last axis: y of n in each series."""
    import numpy as np

    if method not in METHODS:
        raise BadInput(f"no method {method!r}", advice=f"choose {' or '.join(METHODS)}")
    total, number = n.sum(-1), (n > 0).sum(-1).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = y - n * (y.sum(-1) / total)[..., None]
        if method == "jackknife":
            others = total[..., None] - n
            left = np.where(n > 0, away / others, 0.0)
            variance = (number - 1) / number * (left**2).sum(-1)
        else:
            spread = (away**2).sum(-1) / total**2
            variance = number / (number - 1) * spread
    return Moments(
        yes=y.sum(-1),
        base=total,
        clusters=number,
        variance=variance,
        base2=(n**2).sum(-1),
        yes2=(y**2).sum(-1),
        no2=((n - y) ** 2).sum(-1),
        bearing=(y > 0).sum(-1).astype(float),
        lacking=(y < n).sum(-1).astype(float),
        largest=n.max(-1, initial=0),
    )


def from_moments(
    m: Moments, *, method: str = "jackknife", level: float = 0.95, least: Any = 1.0
) -> Interval:
    """Give the interval of each proportion from its moments (:func:`cluster_counts`).

    ``least`` is the smallest design effect that the limits believe.
    """
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        p = m.yes / m.base
        deff = m.variance * m.base / (p * (1 - p))
        m_eff = m.base**2 / m.base2
        share = m.largest / m.base
    settled = (p == 0) | (p == 1)
    n_eff = np.where(settled, m_eff, m.base / np.maximum(deff, least))
    lower, upper = _limits(m, p, n_eff, m_eff, level)
    refused = _refused(m, share, settled)
    few = ~settled & (np.minimum(m.bearing, m.lacking) < FEWEST)
    unsure = (m.clusters < UNSURE) | few
    flags = np.where(refused != "", "x", np.where(unsure, "u", ""))
    return Interval(
        plain(p),
        plain(np.where(refused != "", np.nan, lower)),
        plain(np.where(refused != "", np.nan, upper)),
        level=level,
        method=f"clusters, {method}, Wilson",
        n=plain(m.base),
        n_eff=plain(n_eff),
        clusters=plain(m.clusters),
        effective_clusters=plain(m_eff),
        largest=plain(share),
        deff=plain(np.where(settled, np.nan, deff)),
        flag=plain(flags),
        note=plain(_notes(refused, share, np.where(settled, np.nan, deff))),
    )


def _limits(
    m: Moments, p: "Floats", n_eff: "Floats", m_eff: "Floats", level: float
) -> "tuple[Floats, Floats]":
    import numpy as np
    from scipy.special import stdtrit

    z = normal(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        holding = np.fmin(m.yes**2 / m.yes2, (m.base - m.yes) ** 2 / m.no2)
        freedom = np.minimum(m_eff - 1, np.maximum(holding, _LEAST_FREEDOM))
        t = stdtrit(np.maximum(freedom, 1e-3), 0.5 + level / 2)
        lower, upper = score(p, n_eff * (z / t) ** 2, z)
        bound = 1 - (1 - known_level(level)) ** (1 / m_eff)
    lower = np.where(p == 0, 0.0, np.where(p == 1, 1 - bound, lower))
    upper = np.where(p == 1, 1.0, np.where(p == 0, bound, upper))
    return lower, upper


def _refused(m: Moments, share: "Floats", settled: Any) -> Any:
    """Say why there is no interval, or nothing."""
    import numpy as np

    single = ~settled & (np.minimum(m.bearing, m.lacking) < BEARING)
    reasons = (
        (m.base == 0, "nothing to count from"),
        (m.clusters < FEWEST, f"fewer than {FEWEST} series: no interval"),
        (share > MOST, "one series is more than half of the base: no interval"),
        (single, "it lies in one series only: no interval"),
    )
    return np.select([a for a, _ in reasons], [b for _, b in reasons], "")


def _notes(refused: Any, share: "Floats", deff: Any) -> Any:
    """Say why there is no interval, the design effect, and the largest series."""
    import numpy as np

    told = [
        "; ".join(
            text
            for text, there in (
                (why, why),
                (f"design effect {effect:.2f}", np.isfinite(effect)),
                (
                    f"largest series {half_up(100 * np.nan_to_num(part))}%",
                    np.isfinite(part),
                ),
            )
            if there
        )
        for why, part, effect in zip(
            *map(np.ravel, (refused, share, deff)), strict=True
        )
    ]
    return np.array(told, dtype=object).reshape(np.shape(refused))


def _columns(frame: "pd.DataFrame", y: str, cluster: str) -> tuple[Any, Any, int]:
    import numpy as np
    import pandas as pd

    for name in (y, cluster):
        if name not in frame.columns:
            raise BadInput(f"no column {name!r}", advice="name a column of the frame")
    told = frame[y]
    codes, names = pd.factorize(frame[cluster])
    if told.isna().any() or (codes < 0).any():
        raise BadInput(
            f"{y!r} or {cluster!r} is missing for some rows",
            advice="count unknown values with describe.freq; give each row its series",
        )
    values = np.asarray(told, dtype=float)
    if not np.isin(values, (0.0, 1.0)).all():
        raise BadInput(f"{y!r} is not yes or no", advice="give true and false, or 1, 0")
    return values, codes, len(names)
