"""Reads arguments of the SAM CLI with its own parser."""

import sys
from pathlib import Path

import click
from samcli.cli.main import cli


def main(arguments):
    group = cli.make_context("sam", [*arguments], resilient_parsing=False)
    command = cli
    context = group
    while isinstance(command, click.Group):
        name, command, rest = command.resolve_command(context, [*context.protected_args, *context.args])
        context = command.make_context(name, rest, parent=context)
    events = [value for value in (context.params.get("event"),) if value and value != "-"]
    for path in events:
        if not Path(path).exists():
            sys.exit(f"there is no {path}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
