"""The record of one output: what was found, what was asked, who agreed (four eyes)."""

from dataclasses import dataclass, replace
from enum import StrEnum

from iwflab.errors import BadInput, NotAllowed


class Outcome(StrEnum):
    """What disclosure control says of an output."""

    PASS = "pass"  # noqa: S105 - the word of the record, no secret
    REVIEW = "review"  # a person has to look at it
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome with its reason, in words for who decides."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Output:
    """One output on its way out.  It leaves when another person has approved it.

    What failed or needs a review leaves only under an exception, asked for with its
    reason.
    """

    name: str
    profile: str
    verdict: Verdict
    made_by: str
    exception_asked: str = ""
    asked_by: str = ""
    approved_by: str = ""

    @property
    def may_leave(self) -> bool:
        """Whether the output can be released."""
        passed = self.verdict.outcome is Outcome.PASS
        return bool(self.approved_by) and (passed or bool(self.exception_asked))


def ask_exception(output: Output, *, by: str, why: str) -> Output:
    """Ask that an output leaves though it did not pass; an approval before is void."""
    if not why.strip() or not by:
        raise BadInput(
            f"the exception for {output.name!r} gives no reason",
            advice="say why the output should leave as it is",
        )
    if output.verdict.outcome is Outcome.PASS:
        raise BadInput(
            f"{output.name!r} has passed", advice="it needs approval, no exception"
        )
    return replace(output, exception_asked=why.strip(), asked_by=by, approved_by="")


def approve(output: Output, *, by: str) -> Output:
    """Agree to an output; nobody agrees to what they made or asked for themselves."""
    if not by or by in {output.made_by, output.asked_by}:
        raise NotAllowed(
            f"{by or 'nobody'} cannot approve {output.name!r}",
            advice="another person than who made it or asked for it has to",
        )
    if output.verdict.outcome is not Outcome.PASS and not output.exception_asked:
        raise NotAllowed(
            f"{output.name!r} has not passed: {output.verdict.reason}",
            advice="ask for an exception with its reason first",
        )
    return replace(output, approved_by=by)


def worst(verdicts: list[Verdict]) -> Verdict:
    """Join verdicts: the worst outcome, and every reason that is not a pass."""
    order = [Outcome.PASS, Outcome.REVIEW, Outcome.FAIL]
    outcome = max((one.outcome for one in verdicts), key=order.index)
    said = [one.reason for one in verdicts if one.outcome is not Outcome.PASS]
    return Verdict(outcome, "; ".join(said or [one.reason for one in verdicts]))
