"""The card of a model: what it is for, how good it is, what to mind, and how it came to be."""

from collections.abc import Mapping
from typing import Any

from pipeline.explain.content.cautions import cautions
from pipeline.explain.content.clusters import clusters
from pipeline.explain.content.data import data, origin
from pipeline.explain.content.judgement import judgement_charts
from pipeline.explain.content.overview import purpose, subtitle, title
from pipeline.explain.content.quality import quality
from pipeline.explain.content.reasons import reasons
from pipeline.explain.content.series import series
from pipeline.explain.content.training import training
from pipeline.explain.document.blocks import Document
from pipeline.explain.document.html import to_html
from pipeline.explain.document.markdown import to_markdown
from pipeline.explain.facts import Facts


def card_markdown(facts: Mapping[str, Any]) -> str:
    """The card as Markdown; see :func:`card_html`."""
    return to_markdown(_card(Facts(facts)))


def card_html(facts: Mapping[str, Any]) -> str:
    """The card as one HTML file with its drawings, that asks for nothing else.

    Parameters
    ----------
    facts
        The JSON-able fields of a ``TableResult``; and, where known, ``name``, ``model_id``,
        ``created_at``, ``seed``, ``test_size`` and ``time_budget_seconds``. What is missing is
        left out. All texts are shown as they are, whatever they contain.
    """
    return to_html(_card(Facts(facts)))


def _card(facts: Facts) -> Document:
    sections = (
        purpose(facts),
        quality(facts, judgement_charts(facts)),
        clusters(facts),
        series(facts),
        reasons(facts),
        cautions(facts),
        training(facts),
        data(facts),
        origin(facts),
    )
    return Document(
        title(facts),
        subtitle(facts),
        tuple(section for section in sections if section is not None and section.blocks),
    )
