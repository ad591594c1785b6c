"""How commands are listed and grouped.

Contexts and formatters are `Any`: newer versions of Typer keep their own, private Click.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from typer.core import TyperGroup

SECTIONS: Mapping[str, Sequence[str]] = {
    "Services": ("up", "demo", "migrate"),
    "Data": ("import-sales", "products", "calendar", "sources"),
    "Training": (
        *("train", "train-parquet", "jobs", "status", "watch", "logs", "stop", "retry"),
        *("delete-job", "schedules"),
    ),
    "Models": (
        *("models", "forecast", "forecasts", "totals", "predict", "predict-file", "explain"),
        *("export", "analytics", "alerts", "retention"),
    ),
    "Business": ("tenant", "usage", "webhooks", "events", "audit"),
}
_LONGEST_HELP = 100


class SectionedGroup(TyperGroup):
    """Lists its commands under headings."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        widest = max(len(name) for names in SECTIONS.values() for name in names)
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(name.ljust(widest), self._help_of(ctx, name)) for name in names]
                )

    def _help_of(self, ctx: Any, name: str) -> str:
        command = self.get_command(ctx, name)
        return "" if command is None else command.get_short_help_str(limit=_LONGEST_HELP)


class ListingGroup(TyperGroup):
    """Does `list` when no command is named: `models --limit 3` is `models list --limit 3`."""

    default = "list"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


class ShowingGroup(ListingGroup):
    """Does `show` when no command is named."""

    default = "show"


class PerformanceGroup(ListingGroup):
    """Does `performance` when no command is named."""

    default = "performance"
