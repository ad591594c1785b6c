"""Elements of SVG with escaped texts and numbers of two digits."""

from html import escape

from pipeline.explain.document.words import one_line

WIDTH = 360


def element(name: str, *children: str, **attributes: str | float) -> str:
    """An element; ``class_`` is the attribute class, underscores become dashes."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_written(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{told}>{''.join(children)}</{name}>"


def text(content: str, x: float, y: float, *, longest: int = 40, **attributes: str | float) -> str:
    """A text of at most ``longest`` characters; where it is cut, pointing at it shows the rest."""
    short, full = one_line(content, longest), one_line(content)
    tip = element("title", escape(full)) if full != short else ""
    return element("text", tip, escape(short), x=x, y=y, **attributes)


def drawing(height: float, *children: str, label: str) -> str:
    """The whole picture, scaled to the width that there is."""
    return element(
        "svg",
        *children,
        viewBox=f"0 0 {WIDTH} {height:g}",
        role="img",
        aria_label=one_line(label),
    )


def path_of(points: list[tuple[float, float]]) -> str:
    """The points as the attribute ``points`` of a line."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _written(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
