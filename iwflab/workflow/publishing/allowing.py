"""Under which profiles tables may leave at all, and which need an exception."""

from collections.abc import Mapping, Sequence

from iwflab.errors import BadInput, NotAllowed
from iwflab.statistics.disclosure import Outcome, Profile, Release, Verdict

Known = Mapping[str, Profile]  # by name


def must_be_ruled(release: Release, known: Known) -> None:
    """Refuse a rule that is not the known profile of its name, or lets all out.

    Raises BadInput for the first, NotAllowed for the second.
    """
    leaving = ", ".join(name for name, rule in known.items() if rule.method != "open")
    for rule in dict.fromkeys(one.profile for one in release.entries):
        if known.get(rule.name) != rule:
            raise BadInput(
                f"the profile {rule.name!r} of this report is not the one of that name",
                advice=f"compose it anew under one of: {leaving}",
            )
        if rule.method == "open":
            raise NotAllowed(
                f"nothing leaves under the profile {rule.name!r}: {rule.title}",
                advice=f"compose the report under one of: {leaving}",
            )


def must_be_excepted(
    release: Release, verdicts: Sequence[Verdict], exceptions: Mapping[str, str]
) -> None:
    """Refuse where a table did not pass and no reason is given, or one for no need."""
    names = [one.published.name for one in release.entries]
    if odd := sorted(set(exceptions) - set(names)):
        raise BadInput(
            f"an exception for what is no table: {', '.join(odd)}",
            advice=f"tables are: {', '.join(names)}",
        )
    for name, verdict in zip(names, verdicts, strict=True):
        if verdict.outcome is Outcome.PASS and name in exceptions:
            raise BadInput(
                f"an exception for {name!r}, which has passed",
                advice="leave it out: the table needs approval only",
            )
    stopped = [
        f"{name} ({verdict.outcome}: {verdict.reason})"
        for name, verdict in zip(names, verdicts, strict=True)
        if verdict.outcome is not Outcome.PASS and not exceptions.get(name, "").strip()
    ]
    if stopped:
        raise NotAllowed(
            f"did not pass disclosure control: {'; '.join(stopped)}",
            advice="merge levels, leave the table out, or ask for an exception for "
            "it with its reason",
        )
