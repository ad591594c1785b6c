"""Progress on a terminal: bars where one can draw, otherwise a line for each thing that ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.text import Text

from client.progress import ProgressMessage, StudioUpdate, TaskProgress
from client.records import ENDED
from client.terminal import duration, metric, number, plain, share

_MARKS = {"completed": ("✓", "green"), "failed": ("✗", "red"), "cancelled": ("■", "yellow")}
_NAME_WIDTH = 28


@contextmanager
def job_progress(console: Console) -> Iterator[Callable[[ProgressMessage], None]]:
    """Shows a bar for the job and one for each running product."""
    if not console.is_terminal:
        yield Lines(console).show
        return
    with _bars(console) as progress:
        yield Bars(progress).show


@contextmanager
def file_progress(console: Console) -> Iterator[Callable[[StudioUpdate], None]]:
    """Shows the phases of training on an uploaded file."""
    if not console.is_terminal:
        yield PhaseLines(console).show
        return
    with _bars(console) as progress:
        yield PhaseBar(progress).show


class Bars:
    """The job's bar stays on top; a product's bar becomes a line when the product ends."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._job = progress.add_task("Job", total=100, note="waiting")
        self._products: dict[str, TaskID] = {}

    def show(self, message: ProgressMessage) -> None:
        self._progress.update(self._job, completed=message.percentage, note=_job_note(message))
        if message.product is not None:
            self._show_product(message.product)
        if (line := news_line(message)) is not None:
            self._progress.console.print(line)

    def _show_product(self, product: TaskProgress) -> None:
        key = product.id or product.product_id or product.name
        if product.status == "running":
            self._progress.update(
                self._bar(key, product), completed=product.percentage, note=_step(product)
            )
        elif key in self._products:
            self._progress.remove_task(self._products.pop(key))

    def _bar(self, key: str, product: TaskProgress) -> TaskID:
        if key not in self._products:
            self._products[key] = self._progress.add_task(_name(product), total=100, note="")
        return self._products[key]


class Lines:
    """A line for each product that ended or is tried again."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, message: ProgressMessage) -> None:
        if (line := news_line(message)) is not None:
            self._console.print(Text(f"[{message.percentage:5.1f} %] ") + line)


class PhaseBar:
    """One bar that names the phase."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bar = progress.add_task("sending the file", total=100, note="")

    def show(self, update: StudioUpdate) -> None:
        if update.type == "progress":
            self._progress.update(
                self._bar,
                completed=update.progress,
                description=_phase(update),
                note=plain(update.message),
            )
        elif update.type == "completed":
            self._progress.update(self._bar, completed=100, description="completed", note="")


class PhaseLines:
    """A line for each phase."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._phase: str | None = None

    def show(self, update: StudioUpdate) -> None:
        if update.type == "progress" and update.phase != self._phase:
            self._phase = update.phase
            line = f"[{update.progress:5.1f} %] {_phase(update)}: {plain(update.message)}"
            self._console.print(Text(line))


def news_line(message: ProgressMessage) -> Text | None:
    """What is worth a line of its own: a product that ended or has to be tried again."""
    product = message.product
    if product is None:
        return None
    if message.event == "task_retry":
        reason = plain(product.error_message or product.message or "")
        return Text(f"↻ {plain(product.name)} is tried again: {reason}", "yellow")
    return _ending_line(product) if product.status in ENDED else None


def _ending_line(product: TaskProgress) -> Text:
    """How a product ended, and for a failure what to do about it."""
    mark, colour = _MARKS[product.status]
    line = Text.assemble((f"{mark} ", colour), plain(product.name))
    if product.status == "failed":
        line.append(f": {plain(product.error_message or product.error_type or 'failed')}")
        if product.recommended_action:
            line.append(f" → {plain(product.recommended_action)}", "dim")
    elif product.status == "cancelled":
        line.append(" stopped")
    else:
        line.append(_quality(product), "dim")
    return line


def _quality(product: TaskProgress) -> str:
    mase, wape = metric(product.metrics, "mase"), metric(product.metrics, "wape")
    said = [f"MASE {number(mase)}"] if mase is not None else []
    said += [f"WAPE {share(wape)}"] if wape is not None else []
    said += [plain(product.degraded_reason)] if product.degraded_reason else []
    return "  " + ", ".join(said) if said else ""


def _job_note(message: ProgressMessage) -> str:
    progress = message.progress
    ended = progress.products_completed + progress.products_failed
    note = f"{ended} of {progress.products_total} done" if progress.products_total else ""
    if progress.estimated_time_remaining:
        note += f", about {duration(progress.estimated_time_remaining)} left"
    return note or plain(message.current_step)


def _step(product: TaskProgress) -> str:
    again = f" (attempt {product.attempt})" if product.attempt > 1 else ""
    return plain(product.message or product.phase or "") + again


def _name(product: TaskProgress) -> str:
    name = plain(product.name)
    return name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 1] + "…"


def _phase(update: StudioUpdate) -> str:
    return (update.phase or "training").replace("_", " ")


def _bars(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>5.1f} %"),
        TextColumn("{task.fields[note]}", markup=False, style="dim"),
        console=console,
    )
