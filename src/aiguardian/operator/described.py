"""Every command's own help begins with what the list of commands says of it."""

from __future__ import annotations

import argparse


def describe(parser: argparse.ArgumentParser) -> None:
    """Put the line that names a command before what its own help says, all the way down."""
    # argparse gives its list of commands no public name
    for action in parser._actions:  # noqa: SLF001
        if not isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            continue
        for listed in action._get_subactions():  # noqa: SLF001
            command: argparse.ArgumentParser = action.choices[listed.dest]
            line = listed.help or ""
            begun = f"{line[:1].upper()}{line[1:]}."
            command.description = " ".join(filter(None, (begun, command.description)))
            describe(command)
