"""Runs one program of the service in this process, as the launcher would: `python -m core.run api`.

For containers and other supervisors: one command per program, with the environment that it needs.
Whatever follows the name is added to the program's own arguments.
"""

import argparse
import os
from collections.abc import Sequence

from core.children import Child, service_plan
from core.errors import SettingsError
from core.settings import Settings


def programs(settings: Settings) -> dict[str, Child]:
    """Every program of the service by its name."""
    plan = service_plan(settings, with_flower=True)
    return {child.name: child for child in (*plan.first, *plan.then)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Become the program; returns never."""
    try:
        known = programs(Settings.from_environment())
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    parser = argparse.ArgumentParser(prog="python -m core.run", description=__doc__)
    parser.add_argument("program", choices=known)
    chosen, further = parser.parse_known_args(arguments)
    child = known[chosen.program]
    command = (*child.command, *further)
    os.execve(command[0], command, {**os.environ, **child.environment})  # noqa: S606 - no shell


if __name__ == "__main__":
    main()
