"""What speaks against trusting the model too far, derived from what is known of it."""

from collections.abc import Callable, Iterator
from typing import Any

from pipeline.explain.content.wording import (
    SMALLER_IS_BETTER,
    count,
    figure,
    listed,
    metric_name,
    share,
)
from pipeline.explain.document.blocks import Bullets, Section
from pipeline.explain.facts import Facts, as_number

_FEW_ROWS, _FEW_TEST_ROWS = 200, 50
_RARE_ROWS, _COMMON_SHARE = 20, 0.8
_DUPLICATES = 0.01
_WIDE_SHARE, _WIDE_RATIO = 0.1, 0.5
_OVERFITTED = 0.1
_MISCALIBRATED = 0.1
_MISSED_COVERAGE = 0.05
_UNSTABLE = 0.6
_MOSTLY_MISSING = 0.5
_DOMINANT = 0.8
_HARDLY_BETTER = 0.02

Finding = Callable[[Facts], Iterator[str]]


def cautions(facts: Facts) -> Section:
    found = tuple(text for find in FINDINGS for text in find(facts))
    return Section("Limits and cautions", (Bullets((*found, _ALWAYS)),))


_ALWAYS = (
    "The figures hold for rows like those in the table. When prices, customers, machines or rules "
    "change, train again and compare."
)


def _few_rows(facts: Facts) -> Iterator[str]:
    rows, tested = facts.number("training_data_points"), facts.number("validation_data_points")
    if rows is not None and rows < _FEW_ROWS:
        yield f"Little data: the model learned from {count(rows, 'row')} only."
    if tested is not None and tested < _FEW_TEST_ROWS:
        yield (
            f"The test has {count(tested, 'row')} only, so every figure could be off by chance; "
            "mind the intervals."
        )


def _imbalance(facts: Facts) -> Iterator[str]:
    counts = facts.class_counts
    total = sum(counts.values())
    if not total:
        return
    most = max(counts, key=lambda name: counts[name])
    if counts[most] / total > _COMMON_SHARE:
        yield (
            f"Unequal classes: {share(counts[most] / total)} of the rows are “{most}”, so always "
            "naming it would be right that often. Look at the balanced accuracy."
        )
    rare = [name for name, rows in counts.items() if rows < _RARE_ROWS]
    if rare:
        yield f"Rare classes, of which little could be learned: {listed(rare)}."


def _suspects(facts: Facts) -> Iterator[str]:
    suspects = list(facts.part("profile").get("leakage_suspects") or ())
    if suspects:
        yield (
            f"Perhaps too good to be true: {listed(suspects)} alone almost give the target away. "
            "Make sure that they are known before the target is; else exclude them and train again."
        )


def _duplicates(facts: Facts) -> Iterator[str]:
    profile = facts.part("profile")
    rows, repeated = as_number(profile.get("rows")), as_number(profile.get("duplicate_rows"))
    if rows and repeated and repeated / rows >= _DUPLICATES:
        yield (
            f"{count(repeated, 'row')} repeat another row exactly. If they are copies, the test "
            "figures look better than they are."
        )


def _wide_intervals(facts: Facts) -> Iterator[str]:
    for name, one in (facts.section("metric_intervals") or {}).items():
        value, low, high = (as_number(one.get(key)) for key in ("value", "low", "high"))
        if value is None or low is None or high is None:
            continue
        is_wide = {
            "test_accuracy": high - low > _WIDE_SHARE,
            "rmse": high - low > _WIDE_RATIO * value,
        }.get(name, False)
        if is_wide:
            yield (
                f"{metric_name(name, facts.ml_task)} is uncertain: between {figure(name, low)} and "
                f"{figure(name, high)}."
            )


def _overfitting(facts: Facts) -> Iterator[str]:
    train, test = facts.metric("train_accuracy"), facts.metric("test_accuracy")
    if train is not None and test is not None and train - test > _OVERFITTED:
        yield (
            f"On the rows that it learned from the model is far better ({share(train)}) than on "
            f"others ({share(test)}): expect the lower figure."
        )


def _hardly_better(facts: Facts) -> Iterator[str]:
    scores = {
        bool(entry.get("is_chosen")): as_number(entry.get("score"))
        for entry in facts.leaderboard
        if entry.get("is_chosen") or entry.get("algorithm") == "baseline"
    }
    chosen, simple = scores.get(True), scores.get(False)
    if chosen is None or simple is None:
        return
    gain = (
        simple - chosen if facts.text("selection_metric") in SMALLER_IS_BETTER else chosen - simple
    )
    if gain <= _HARDLY_BETTER * max(abs(simple), 1e-12):
        yield (
            "The model is hardly better than always giving the most usual answer: the columns may "
            "not tell what the target depends on."
        )


def _calibration(facts: Facts) -> Iterator[str]:
    error = as_number((facts.section("calibration") or {}).get("expected_calibration_error"))
    if error is not None and error > _MISCALIBRATED:
        yield f"Take the probabilities with a grain of salt: they are off by {share(error)}."


def _coverage(facts: Facts) -> Iterator[str]:
    found = facts.section("interval_coverage") or {}
    level, covered = as_number(found.get("level")), as_number(found.get("coverage"))
    if level is not None and covered is not None and covered < level - _MISSED_COVERAGE:
        yield (
            f"The intervals are too narrow: {share(covered)} of the test rows lie inside, where "
            f"{share(level)} should."
        )


def _stability(facts: Facts) -> Iterator[str]:
    stability = facts.metric("test_accuracy") if facts.ml_task == "clustering" else None
    if stability is not None and stability < _UNSTABLE:
        yield (
            f"The clusters are not stable: refits on other rows agree to {stability:.2f} of 1. "
            "Another sample of the data could well give other groups."
        )


def _missing(facts: Facts) -> Iterator[str]:
    rows = as_number(facts.part("profile").get("rows"))
    features = set(facts.texts("features"))
    sparse = [
        name
        for name, one in facts.columns.items()
        if rows and name in features and (one.get("missing") or 0) / rows > _MOSTLY_MISSING
    ]
    if sparse:
        yield f"More than half of the values are missing in {listed(sparse)}."


def _dominant(facts: Facts) -> Iterator[str]:
    columns: list[dict[str, Any]] = (facts.section("shap") or {}).get("columns") or []
    total = sum(one["importance"] or 0.0 for one in columns)
    if len(columns) > 1 and total and (columns[0]["importance"] or 0.0) / total > _DOMINANT:
        yield (
            f"The predictions rest almost wholly on “{columns[0]['column']}”: where it is wrong or "
            "unknown, they are of little use."
        )


def _time_range(facts: Facts) -> Iterator[str]:
    for name, one in facts.columns.items():
        if one.get("type") == "date" and one.get("min") and one.get("max"):
            yield (
                f"“{name}” reaches from {str(one['min'])[:10]} to {str(one['max'])[:10]}; the "
                "model knows nothing of other times."
            )
            return


FINDINGS: tuple[Finding, ...] = (
    _suspects,
    _hardly_better,
    _few_rows,
    _wide_intervals,
    _overfitting,
    _imbalance,
    _duplicates,
    _calibration,
    _coverage,
    _stability,
    _dominant,
    _missing,
    _time_range,
)
