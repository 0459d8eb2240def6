"""The same lab without a browser.

Exit codes: 0 done, 1 the answer is no, 2 wrong usage.  Data goes to stdout, progress
and errors to stderr; ``--json`` gives machines what people get as a table.
"""

import sys

import click

from iwflab.cli import (
    comparing_levels,
    composing,
    counting,
    deriving,
    house,
    knowing,
    leaving,
    legacy,
    linking,
    looking,
    people,
    quality,
    queueing,
    rehashing,
    reporting,
    stacking,
    units,
    way,
)
from iwflab.domain.media import display_text
from iwflab.domain.version import VERSION
from iwflab.errors import LabError

_COMMANDS: tuple[click.Command, ...] = (
    *(house.init, house.demo, house.serve, house.research),
    *(house.doctor, house.verify),
    *(house.backup, house.check_backup, house.restore, house.upgrade),
    *(people.account, people.trail),
    *(
        way.intake,
        way.hash_,
        way.examine,
        queueing.queue,
        queueing.selection,
        way.show,
        way.grade,
        way.undo,
        way.tags,
    ),
    *(knowing.lists, knowing.match, rehashing.rehash),
    *(stacking.stacks, stacking.calibrate),
    *(quality.sign_off, quality.take_back, leaving.release, looking.exposure),
    comparing_levels.comparison,
    *(linking.series, linking.victim, units.units),
    *(reporting.report, counting.export, deriving.schemes),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="iwflab")
def commands() -> None:
    """Grade, tag, hash, check, release and report: a lab on the command line."""


for _command in _COMMANDS:
    commands.add_command(_command)
for _command in (composing.write, composing.ask):
    reporting.report.add_command(_command)
for _command in (legacy.bring, legacy.review):
    deriving.schemes.add_command(_command)


def main() -> None:
    """Run one command; an error raised on purpose becomes a sentence and a 1."""
    try:
        # Without its stand-alone mode, click gives an Exit's code back as the result.
        code = commands.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; nothing that was acknowledged is lost", err=True)
        sys.exit(1)
    except LabError as fault:
        click.echo(f"iwflab: {display_text(fault.message)}", err=True)
        if fault.advice:
            click.echo(f"        {display_text(fault.advice)}", err=True)
        sys.exit(1)
