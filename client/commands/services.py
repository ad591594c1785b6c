"""Commands that run services on this machine."""

import os
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from client.demo import run_demo
from client.options import DEFAULT_DATA_DIR, EXIT_JOB_FAILED, DataDir, Port
from client.services import DEFAULT_PORT, module_command, module_environment


def up(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to serve on.")] = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    flower: Annotated[bool, typer.Option("--flower", help="Also run Flower.")] = False,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Allow other machines in, without any login.")
    ] = False,
) -> None:
    """Serve until Ctrl-C.

    Runs the API and the workers, and of Postgres and Valkey what no URL names.
    """
    flags = [flag for flag, wanted in (("--flower", flower), ("--insecure", insecure)) if wanted]
    command = module_command("core.launcher", *flags)
    environment = module_environment(HOST=host, PORT=str(port), DATA_DIR=str(data_dir))
    os.execve(command[0], command, environment)  # noqa: S606 - signals then reach the launcher


def migrate() -> None:
    """Bring the database at DATABASE_URL to the newest schema."""
    command = module_command("db.migrate", "upgrade")
    done = subprocess.run(command, env=module_environment(), check=False)
    if done.returncode != 0:
        raise typer.Exit(EXIT_JOB_FAILED)


def demo(
    sales: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Your sales instead of generated ones."),
    ] = None,
    products: Annotated[int, typer.Option(min=1, help="How many products to generate.")] = 50,
    port: Port = DEFAULT_PORT,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Train a model for every product of a sample shop, live."""
    run_demo(data_dir, port, sales=sales, products=products)
