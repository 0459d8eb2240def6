"""Commands of what leaves: one asks, another approves, then it is released once."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from iwflab.cli.printing import Meter, json_option, lab_option, open_lab, say, table
from iwflab.domain.four_eyes import LEAST
from iwflab.exchange.folder import Release

_COLUMNS = ("id", "name", "state", "items", "asked_by", "answered_by", "digest")


@click.group()
def release() -> None:
    """Release a hash list: a second person approves exactly what leaves."""


@release.command("request")
@click.argument("name")
@click.option("--recipient", required=True, help="Who receives the list; recorded.")
@click.option("--purpose", required=True, help="Why they receive it; recorded.")
@click.option("--scheme", default="uk_2014", show_default=True)
@lab_option
@json_option
def request(name: str, *, folder: str, as_json: bool, **given: str) -> None:
    """Ask for a release of what is signed off as criminal now."""
    with open_lab(folder) as lab:
        _tell(lab.release_request(name, **given), as_json=as_json)


@release.command("show")
@click.argument("key", required=False)
@lab_option
@json_option
def show(key: str | None, folder: str, *, as_json: bool) -> None:
    """Show the requests, or one of them with its whole list and its digest."""
    with open_lab(folder) as lab:
        if key:
            asked = lab.release_asked(key)
            _tell(asked, as_json=as_json)
            if not as_json:
                rows = [{"sha256": row[0], "code": row[3]} for row in asked["media"]]
                table(rows, ("sha256", "code"))
            return
        rows = lab.release_requests()
    if as_json:
        say(rows)
    else:
        table([{**row, "digest": row["digest"][:LEAST]} for row in rows], _COLUMNS)


@release.command("approve")
@click.argument("key")
@click.option("--digest", required=True, help="As shown; at least 12 signs of it.")
@lab_option
@json_option
def approve(key: str, digest: str, folder: str, *, as_json: bool) -> None:
    """Approve another person's request, by the digest that you were shown."""
    with open_lab(folder) as lab:
        _tell(lab.release_approve(key, digest=digest), as_json=as_json)


@release.command("refuse")
@click.argument("key")
@click.option("--reason", required=True)
@lab_option
@json_option
def refuse(key: str, reason: str, folder: str, *, as_json: bool) -> None:
    """Refuse another person's request, with a reason."""
    with open_lab(folder) as lab:
        _tell(lab.release_refuse(key, reason=reason), as_json=as_json)


@release.command("withdraw")
@click.argument("key")
@lab_option
@json_option
def withdraw(key: str, folder: str, *, as_json: bool) -> None:
    """Withdraw your own request."""
    with open_lab(folder) as lab:
        _tell(lab.release_withdraw(key), as_json=as_json)


@release.command("make")
@click.argument("key")
@lab_option
@json_option
def make(key: str, folder: str, *, as_json: bool) -> None:
    """Release what an approved request names; everything is proven anew first."""
    with open_lab(folder) as lab:
        _left([lab.release(key, progress=Meter("media proven"))], as_json=as_json)


@release.command("list")
@lab_option
@json_option
def listed(folder: str, *, as_json: bool) -> None:
    """List the releases that left; each is checked against its manifest."""
    with open_lab(folder) as lab:
        _left(lab.releases(), as_json=as_json)


def _tell(asked: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say(dict(asked))
        return
    until = datetime.fromtimestamp(asked["expires_us"] / 1e6, UTC)
    click.echo(f"request {asked['id']}: release {asked['name']}: {asked['state']}")
    click.echo(f"  {asked['items']} media, {asked['scheme']} {asked['scheme_version']}")
    click.echo(f"  to {asked['recipient']}: {asked['purpose']}")
    click.echo(f"  asked by {asked['asked_by']}, until {until:%Y-%m-%d %H:%M} UTC")
    if asked["answered_by"]:
        click.echo(f"  answered by {asked['answered_by']} {asked['reason']}".rstrip())
    for why in asked["why"]:
        click.echo(f"  changed since: {why}")
    click.echo(f"  digest {asked['digest']}")


def _left(done: list[Release], *, as_json: bool) -> None:
    if as_json:
        say([{**asdict(one), "folder": str(one.folder)} for one in done])
        return
    for one in done:
        counts = ", ".join(f"{code} {n}" for code, n in one.counts.items())
        click.echo(f"{one.name}: {one.items} media ({counts}) in {one.folder}")
        if one.problem:
            click.echo(f"  NOT TO BE TRUSTED: {one.problem}", err=True)
        for reason, number in one.left_out.items():
            click.echo(f"  left out: {number} {reason}")
