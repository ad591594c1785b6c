"""Commands about models of tables: what was compared, what they go by, which candidate predicts."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from client.commands.answers import answer, done
from client.layout import size, table, words, yes
from client.options import AsJson, Url, connect
from client.table_records import DataProfile, Explanation, Leaderboard
from client.terminal import NONE, counted, number, plain, results, share

Id = Annotated[str, typer.Argument(metavar="MODEL", help="Its id")]
_MOST_SHOWN = 15


def leaderboard(model: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Show what was compared for a table, and which one predicts."""
    with connect(url) as studio:
        answer(studio.leaderboard(model), _print_leaderboard, as_json=as_json)


def choose(
    model: Id,
    candidate: Annotated[str, typer.Argument(metavar="CANDIDATE", help="As in its leaderboard")],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Let another candidate of the leaderboard predict."""
    with connect(url) as studio:
        board = studio.choose_candidate(model, candidate)
    text = f"{board.model_id} predicts with {plain(board.chosen_candidate)}."
    done(text, board, as_json=as_json)


def explanation(model: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Show what a table's model goes by; --json has all of it."""
    with connect(url) as studio:
        answer(studio.explanation(model), _print_explanation, as_json=as_json)


def profile(model: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Show what a table's model was made from, and what was noticed."""
    with connect(url) as studio:
        answer(studio.data_profile(model), _print_profile, as_json=as_json)


def card(
    model: Id,
    html: Annotated[bool, typer.Option("--html", help="A page instead of Markdown.")] = False,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The file to write it to.")
    ] = None,
    url: Url = None,
) -> None:
    """Write the card of a table's model: what it is for, how good it is, what to mind."""
    with connect(url) as studio:
        text = studio.model_card(model, "html" if html else "markdown")
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text, encoding="utf-8")
        results().print(f"{out} is written.")


def _print_leaderboard(console: Console, board: Leaderboard) -> None:
    shown = table("candidate", words(board.metric), "fit s", "row ms", "size", "weight", "predicts")
    for one in board.entries:
        shown.add_row(
            plain(one.candidate),
            number(one.score, 4),
            number(one.fit_seconds, 1),
            number(one.predict_ms, 1),
            NONE if one.size_bytes is None else size(one.size_bytes),
            number(one.weight),
            yes(one.is_chosen),
        )
    console.print(shown)
    for one in board.entries:
        if one.failure:
            console.print(Text(f"{plain(one.candidate)}: {plain(one.failure)}", "yellow"))
    others = [plain(one.candidate) for one in board.entries if one.is_available]
    if len(others) > 1:
        console.print(f"Can predict alone: {', '.join(others)}")


def _print_explanation(console: Console, told: Explanation) -> None:
    console.print(f"{told.model_id}: {plain(told.algorithm)}")
    console.print("Sections: " + ", ".join(map(plain, told.sections)))
    for name, reason in told.left_out.items():
        console.print(Text(f"Without {plain(name)}: {plain(reason)}", "yellow"))
    console.print("model-studio models card shows it for people, --json has the numbers.")


def _print_profile(console: Console, told: DataProfile) -> None:
    console.print(
        f"{told.model_id}: {counted(told.rows_trained or 0, 'row')} learned from,"
        f" {counted(told.rows_tested or 0, 'row')} tested on; target: {words(told.target_variable)}"
    )
    columns = told.profile.get("columns")
    if isinstance(columns, dict):
        shown = table("column", "type", "distinct", "missing")
        for name, about in list(columns.items())[:_MOST_SHOWN]:
            distinct = number(about.get("distinct"), 0)
            shown.add_row(
                plain(name), words(about.get("type")), distinct, share(about.get("missing_share"))
            )
        console.print(shown)
        if len(columns) > _MOST_SHOWN:
            console.print(f"and {counted(len(columns) - _MOST_SHOWN, 'column')} more (--json)")
    for note in told.notes:
        console.print(Text(f"Note: {plain(note)}", "yellow"))
