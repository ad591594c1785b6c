"""The command `model-studio`.

Exit codes: 0 done · 1 the job failed or was stopped, or the demo did not come through ·
2 wrong usage · 3 no service answers · 4 the service refuses the request · 5 the service failed ·
130 Ctrl-C.
"""

import json
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer
from rich.text import Text

from client.commands.alerts import alerts
from client.commands.analytics import analytics
from client.commands.calendar import calendar
from client.commands.forecasts import forecasts
from client.commands.groups import SectionedGroup
from client.commands.jobs import delete_job, jobs, logs, retry, status, stop
from client.commands.model_use import explain, export, predict_file
from client.commands.models import models
from client.commands.predictions import forecast, predict
from client.commands.products import products
from client.commands.schedules import schedules
from client.commands.services import demo, migrate, up
from client.commands.tenant import audit, retention, sources, tenant, usage
from client.commands.totals import totals
from client.commands.training import import_sales, train, train_parquet, watch
from client.commands.webhooks import events, webhooks
from client.errors import (
    InvalidAddressError,
    InvalidTokenError,
    ProblemError,
    RequestRefusedError,
    ServiceFailedError,
    ServiceUnreachableError,
    StudioError,
)
from client.options import (
    EXIT_JOB_FAILED,
    EXIT_REFUSED,
    EXIT_SERVICE_FAILED,
    EXIT_UNREACHABLE,
    EXIT_USAGE,
)
from client.tables import print_problem
from client.terminal import plain, remarks

app = typer.Typer(
    cls=SectionedGroup,
    help="Train a forecasting model for every product, and the best model for any table.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS: dict[str, Callable[..., None]] = {
    "up": up,
    "demo": demo,
    "migrate": migrate,
    "import-sales": import_sales,
    "sources": sources,
    "train": train,
    "train-parquet": train_parquet,
    "jobs": jobs,
    "status": status,
    "watch": watch,
    "logs": logs,
    "stop": stop,
    "retry": retry,
    "delete-job": delete_job,
    "forecast": forecast,
    "forecasts": forecasts,
    "totals": totals,
    "predict": predict,
    "predict-file": predict_file,
    "explain": explain,
    "export": export,
    "retention": retention,
    "usage": usage,
    "events": events,
    "audit": audit,
}
GROUPS: dict[str, typer.Typer] = {
    "products": products,
    "calendar": calendar,
    "schedules": schedules,
    "models": models,
    "analytics": analytics,
    "alerts": alerts,
    "tenant": tenant,
    "webhooks": webhooks,
}
for name, command in COMMANDS.items():
    app.command(name)(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)

EXIT_CODES: tuple[tuple[type[StudioError], int], ...] = (
    (InvalidAddressError, EXIT_USAGE),
    (InvalidTokenError, EXIT_USAGE),
    (ServiceUnreachableError, EXIT_UNREACHABLE),
    (RequestRefusedError, EXIT_REFUSED),
    (ServiceFailedError, EXIT_SERVICE_FAILED),
    (StudioError, EXIT_JOB_FAILED),
)


def _show_version(wanted: bool) -> None:
    if not wanted:
        return
    try:
        typer.echo(version("model-studio"))
    except PackageNotFoundError:
        typer.echo("a checkout that is not installed")
    raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Runs the command and turns our errors into words and exit codes."""
    try:
        app()
    except StudioError as error:
        _explain(error)
        sys.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))


def _explain(error: StudioError) -> None:
    if "--json" in sys.argv[1:]:
        sys.stderr.write(json.dumps(_as_problem(error), ensure_ascii=False) + "\n")
    elif isinstance(error, ProblemError):
        print_problem(remarks(), error)
    else:
        remarks().print(Text("\n".join(map(plain, str(error).splitlines())), "red"))


def _as_problem(error: StudioError) -> dict[str, object]:
    problem: dict[str, object] = {"title": type(error).__name__, "detail": str(error)}
    if isinstance(error, ProblemError):
        problem |= {"title": error.title, "status": error.status, "errors": list(error.errors)}
    return problem


if __name__ == "__main__":
    main()
