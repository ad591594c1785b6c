import copy
import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from pipeline.explain.card import card_html, card_markdown
from tests.pipeline.explain.cards import classification_facts, regression_facts

HOSTILE = '<script>alert("x")</script> & "quoted" | `code` [link](javascript:x) http://evil.example'


@pytest.fixture(scope="module")
def classification():
    return classification_facts()


@pytest.fixture(scope="module")
def regression():
    return regression_facts()


class Tags(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.opened = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag != "meta":
            self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def replaced(value, old, new):
    """The facts with a name exchanged everywhere, in keys and texts."""
    return json.loads(json.dumps(value).replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1]))


def renamed_everywhere(facts):
    """Every text that a stranger may choose is hostile: columns, classes, values, name, notes."""
    facts = copy.deepcopy(facts)
    for name in ("size", "town", "Lyon", "low", "The level of a shop", "knn"):
        facts = replaced(facts, name, HOSTILE + name)
    facts["notes"] = [HOSTILE, "1. not a list", "# no heading", "- no bullet", "> no quote"]
    return facts


def test_the_card_tells_what_is_known(classification):
    for text in (card_html(classification), card_markdown(classification).replace("\\", "")):
        for part in (
            "The level of a shop",
            "model-20261122-a1b2c3d4",
            "Limits and cautions",
            "left out: the same value in every row",
            "it took too long",
            "ab" * 32,
            "scikit-learn 1.9.0",
            "Seed: 3",
            "200 test rows that took no part in any decision",
        ):
            assert part in text


def test_metrics_have_their_intervals(classification):
    found = classification["explanation"]["metric_intervals"]["test_accuracy"]
    value, low, high = (f"{100 * found[part]:.1f} %" for part in ("value", "low", "high"))
    assert f"| {value} | {low} to {high} |" in card_markdown(classification)


def test_the_drawings_suit_the_task(classification, regression):
    of_classes, of_amounts = card_html(classification), card_html(regression)
    for title in ("ROC curve", "Precision and recall", "Calibration", "Which classes"):
        assert title in of_classes
        assert title not in of_amounts
    for title in ("Predicted and actual", "Errors"):
        assert title in of_amounts
        assert title not in of_classes
    for title in ("Importance by shuffling", "Size of contributions", "Effect of size"):
        assert title in of_classes
        assert title in of_amounts
    assert of_classes.count("<svg") == 11


def test_every_drawing_is_well_formed_and_named(classification, regression):
    for facts in (classification, renamed_everywhere(classification), regression):
        html = card_html(facts)
        drawings = html.split("<svg")[1:]
        for one in drawings:
            root = ET.fromstring("<svg" + one.split("</svg>")[0] + "</svg>")
            assert root.get("role") == "img"
            assert root.get("aria-label")
            numbers = [value for node in root.iter() for value in node.attrib.values()]
            assert not [value for value in numbers if "nan" in value or "inf" in value]


def test_hostile_texts_are_shown_and_do_nothing(classification):
    facts = renamed_everywhere(classification)
    page = Tags(card_html(facts))
    assert page.opened == []
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "a", "img", "iframe", "link", "object", "form", "base"}
    attributes = {name for _, attributes in page.tags for name in attributes}
    assert not {name for name in attributes if name.startswith("on")} | (
        attributes & {"href", "src", "style", "srcdoc"}
    )
    assert any("<script>alert(" in text for text in page.texts)


def test_the_page_asks_for_nothing(classification):
    html = card_html(classification)
    assert "default-src 'none'" in html
    assert not [word for word in ("url(", "@import", "http://", "https://") if word in html]


def test_hostile_texts_stay_texts_in_markdown(classification):
    markdown = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable("table")
    tokens = markdown.parse(card_markdown(renamed_everywhere(classification)))
    kinds = {token.type for token in tokens}
    inline = {child.type for token in tokens for child in token.children or []}
    assert not (kinds | inline) & {
        "html_block",
        "html_inline",
        "link_open",
        "image",
        "code_inline",
        "fence",
        "ordered_list_open",
        "blockquote_open",
        "em_open",
    }
    shown = "".join(
        child.content for token in tokens for child in token.children or [] if child.content
    )
    assert '<script>alert("x")</script> & "quoted" | `code` [link](javascript:x)' in shown


def test_addresses_in_markdown_are_no_links(classification):
    facts = {**classification, "name": "see http://evil.example or www.evil.example or a@b.example"}
    heading = card_markdown(facts).splitlines()[0]
    assert "://" not in heading
    assert "www." not in heading
    assert "@" not in heading
    shown = MarkdownIt("commonmark").render(heading)
    assert shown == f"<h1>{facts['name']}</h1>\n"


def test_tables_in_markdown_keep_their_columns(classification):
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(card_markdown(renamed_everywhere(classification)))
    widths, width = [], 0
    for token in tokens:
        if token.type == "tr_open":
            width = 0
        elif token.type in {"td_open", "th_open"}:
            width += 1
        elif token.type == "tr_close":
            widths.append(width)
    assert len(widths) > 20
    assert set(widths) <= {2, 3, 4, 6, 8}


def test_control_characters_and_direction_marks_vanish(classification):
    facts = {**classification, "name": "a\x00b\u202ec\nd"}
    assert "<h1>a b c d</h1>" in card_html(facts)
    assert "# a b c d\n" in card_markdown(facts)


@pytest.mark.parametrize("task", ["classification", "regression", "clustering", "time_series", ""])
def test_nearly_nothing_is_enough_for_a_card(task):
    facts = {"ml_task": task, "explanation": {"left_out": {"all": "there is no test row"}}}
    assert "Limits and cautions" in card_html(facts)
    assert "Limits and cautions" in card_markdown(facts)


def changed(facts, **parts):
    facts = copy.deepcopy(facts)
    for name, value in parts.items():
        facts[name] = {**facts[name], **value} if isinstance(value, dict) else value
    return card_markdown(facts).replace("\\", "")


CAUTIONS = {
    "Little data: the model learned from 90 rows only": {"training_data_points": 90},
    "The test has 12 rows only": {"validation_data_points": 12},
    "Unequal classes: 95.0 % of the rows are “yes”": {
        "profile": {"target": {"classes": {"yes": 950, "no": 50}}}
    },
    "Rare classes, of which little could be learned: “no”": {
        "profile": {"target": {"classes": {"yes": 100, "no": 5}}}
    },
    "Perhaps too good to be true: “size” alone": {"profile": {"leakage_suspects": {"size": 0.999}}},
    "40 rows repeat another row exactly": {"profile": {"duplicate_rows": 40}},
    "Accuracy on test rows is uncertain: between 70.0 % and 90.0 %": {
        "explanation": {
            "metric_intervals": {"test_accuracy": {"value": 0.8, "low": 0.7, "high": 0.9}}
        }
    },
    "far better (99.0 %) than on others (60.0 %)": {
        "metrics": {"train_accuracy": 0.99, "test_accuracy": 0.6}
    },
    "hardly better than always giving the most usual answer": {
        "leaderboard": [
            {"algorithm": "xgboost", "score": 0.69, "is_chosen": True},
            {"algorithm": "baseline", "score": 0.69},
        ]
    },
    "Take the probabilities with a grain of salt": {
        "explanation": {
            "calibration": {"expected_calibration_error": 0.2, "confidence": [], "classes": {}}
        }
    },
    "The intervals are too narrow: 70.0 %": {
        "explanation": {"interval_coverage": {"level": 0.9, "coverage": 0.7}}
    },
    "“size” reaches from 2020-01-01 to 2021-01-01": {
        "profile": {"columns": {"size": {"type": "date", "min": "2020-01-01", "max": "2021-01-01"}}}
    },
    "More than half of the values are missing in “size”": {
        "profile": {"columns": {"size": {"type": "number", "missing": 150}}}
    },
    "rest almost wholly on “size”": {
        "explanation": {
            "shap": {
                "columns": [
                    {"column": "size", "importance": 0.9},
                    {"column": "town", "importance": 0.01},
                ]
            }
        }
    },
}


@pytest.mark.parametrize("text", CAUTIONS)
def test_a_caution_appears_where_the_facts_give_reason(classification, text):
    sound = {"training_data_points": 5_000, "leaderboard": []}
    assert text not in changed(classification, **sound)
    assert text in changed(classification, **CAUTIONS[text])


def test_unstable_clusters_are_named():
    facts = {"ml_task": "clustering", "metrics": {"test_accuracy": 0.4}}
    assert "The clusters are not stable" in card_markdown(facts)
    assert "not stable" not in card_markdown({**facts, "metrics": {"test_accuracy": 0.9}})
