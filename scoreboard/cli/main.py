"""The command line: ``scoreboard COMMAND``."""

import sys

import click
from threadpoolctl import threadpool_limits

from scoreboard import __version__
from scoreboard.cli.backup import backup
from scoreboard.cli.demo import demo
from scoreboard.cli.doctor.command import doctor
from scoreboard.cli.event import export_event, import_event
from scoreboard.cli.key import key
from scoreboard.cli.new import new
from scoreboard.cli.organiser import organiser
from scoreboard.cli.rank.command import rank
from scoreboard.cli.record import record
from scoreboard.cli.restore import restore
from scoreboard.cli.serve import migrate, serve
from scoreboard.cli.verify import verify
from scoreboard.errors import ScoreboardError


class Commands(click.Group):
    """Says our own errors in words, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; an error of ours ends it with exit code 1 and its words on standard error."""
        try:
            return super().invoke(ctx)
        except ScoreboardError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scoreboard")
def commands() -> None:
    """Judge hackathons live: scores from phones, a ranking on the big screen, winners that can be defended.

    To see it all moving: scoreboard demo. For your own event: scoreboard new, scoreboard import, scoreboard serve.
    """


for command in (
    serve,
    demo,
    new,
    import_event,
    export_event,
    organiser,
    rank,
    record,
    verify,
    backup,
    restore,
    doctor,
    key,
    migrate,
):
    commands.add_command(command)


def main() -> None:
    """Run the command line. Output is UTF-8 everywhere: names are Arabic on any machine.

    Linear algebra keeps to one thread: the tables are small, and threads that wait for each other on a busy machine
    take several times as long.
    """
    threadpool_limits(limits=1)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    commands()
