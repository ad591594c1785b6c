"""The table that was learned from, column by column, and where everything came from."""

from collections.abc import Mapping
from typing import Any

from pipeline.explain.content.wording import amount, count, share
from pipeline.explain.document.blocks import Block, Bullets, Paragraph, Section, Table
from pipeline.explain.facts import Facts, as_number

_MOST_COLUMNS = 100
_TOP_VALUES = 3


def data(facts: Facts) -> Section | None:
    profile = facts.part("profile")
    if not facts.columns:
        return None
    rows = as_number(profile.get("rows"))
    told = f"The table has {count(rows, 'row')} and {count(len(facts.columns), 'column')}"
    repeated = as_number(profile.get("duplicate_rows"))
    told += f"; {count(repeated, 'row')} repeat another one." if repeated else "."
    shown = list(facts.columns.items())[:_MOST_COLUMNS]
    blocks: list[Block] = [
        Paragraph(told),
        Table(
            ("Column", "Kind", "Values", "Use", "Distinct", "Missing"),
            tuple(_column(name, one, rows, facts) for name, one in shown),
            first_number=4,
        ),
    ]
    if len(facts.columns) > len(shown):
        blocks.append(Paragraph(f"{len(facts.columns) - len(shown):,} more columns are not shown."))
    return Section("The data", tuple(blocks))


def _column(name: str, one: Mapping[str, Any], rows: float | None, facts: Facts) -> tuple[str, ...]:
    missing = as_number(one.get("missing"))
    return (
        name,
        str(one.get("type") or ""),
        _values(one),
        _use(name, facts),
        amount(as_number(one.get("distinct")), 9),
        share(missing / rows) if rows and missing else "",
    )


def _values(one: Mapping[str, Any]) -> str:
    top = one.get("top")
    if top:
        repeated = [str(value.get("value")) for value in top if (value.get("count") or 0) > 1]
        return ", ".join(repeated[:_TOP_VALUES]) or "none repeats"
    low, high = one.get("min"), one.get("max")
    if low is None or high is None:
        return ""
    numbers = as_number(low), as_number(high)
    if None in numbers:
        return f"{low} to {high}"
    return f"{amount(numbers[0])} to {amount(numbers[1])}"


def _use(name: str, facts: Facts) -> str:
    if name == facts.text("target_variable"):
        return "target"
    if name in facts.dropped:
        return f"left out: {facts.dropped[name]}"
    return "learned from" if name in facts.texts("features") else ""


def origin(facts: Facts) -> Section:
    """Digests, versions and the seed: what is needed to make the model again."""
    named = {
        "Model": facts.text("model_id"),
        "Made": facts.text("created_at"),
        "SHA-256 of the data": facts.text("data_digest"),
        "Seed": facts.text("seed"),
        "Share of test rows": facts.text("test_size"),
    }
    versions = [f"{name} {version}" for name, version in facts.part("library_versions").items()]
    items = [f"{name}: {value}" for name, value in named.items() if value is not None]
    if versions:
        items.append(f"Libraries: {', '.join(sorted(versions))}")
    items += _settings(facts.part("hyperparameters"))
    return Section("Where it comes from", (Bullets(tuple(items)),))


def _settings(chosen: Mapping[str, Any]) -> list[str]:
    """One line, or one for each member of an ensemble."""
    of_members = {name: one for name, one in chosen.items() if isinstance(one, Mapping)}
    of_all = {name: one for name, one in chosen.items() if name not in of_members}
    named = {"Settings": of_all, **{f"Settings of {name}": one for name, one in of_members.items()}}
    return [
        f"{title}: {', '.join(f'{name} = {value}' for name, value in settings.items())}"
        for title, settings in named.items()
        if settings
    ]
