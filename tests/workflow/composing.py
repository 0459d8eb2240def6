"""A composed report of drawn counts, its files, and the two people that it needs."""

from dataclasses import dataclass

from iwflab.statistics.disclosure import counted, entry, profile, protect

PARTNER = profile("partner")
FORMS = {"html": b"<p>numbers</p>\n", "csv": b"a,n\r\n", "pdf": b"%PDF-1.7\n"}


@dataclass(frozen=True)
class Report:
    """What iwflab.statistics.reports composes, as far as it matters here."""

    name: str
    title: str
    cut: str
    entries: tuple


def table(values, *, name="by a", coverage="all", rule=PARTNER):
    levels = [f"a{i}" for i in range(len(values))]
    rows = [
        ((level,), f"{level}, series {at}")
        for level, n in zip(levels, values, strict=True)
        for at in range(n)
    ]
    counts = counted(
        rows, name=name, unit="media", names=["a"], levels=[levels], coverage=coverage
    )
    return entry(protect(counts, rule), rule)


def report(*values, cut="2026-01-31", **more):
    """A report with one table for each list of counts; the first is called ``by a``."""
    names = ["by a", "by b", "by c"]
    tables = [
        table(one, name=names[i], coverage=f"all {i}", **more)
        for i, one in enumerate(values)
    ]
    return Report("monthly", "Monthly report", cut, tuple(tables))


def with_publishers(lab):
    """Sam makes statistics and asks, ben approves; without passwords."""
    lab.account_add("sam", roles=["statistician"], os_user=True)
    return lab


def approved(lab, name="R1", made=None, forms=None, **more):
    """A report that sam asked for and ben approved; give the id of the request."""
    made = made or report([20, 30])
    asked = lab.seat("sam").report_ask(name, made, forms or FORMS, **more)
    lab.seat("ben").report_approve(asked["id"], digest=asked["digest"])
    return asked["id"]


def published(lab, name="R1", made=None, **more):
    """A report that sam asked for, ben approved, and sam published."""
    return lab.seat("sam").report_publish(approved(lab, name, made, **more))
