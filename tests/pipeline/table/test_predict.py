import io

import joblib
import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InvalidDataError, InvalidParameterError
from pipeline.table.predict import INTERVAL_LEVEL, predict_rows
from pipeline.table.result import TableResult
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table
from tests.pipeline.table.tables import shop_rows


def trained(ml_task: str, target: str, other: str) -> TableResult:
    spec = TableSpec(
        ml_task=ml_task,
        target_variable=target,
        model_type="linear",
        exclude_columns=(other,),
        max_trials=1,
    )
    return train_table(shop_rows(), spec)


@pytest.fixture(scope="module")
def regressor() -> TableResult:
    return trained("regression", "amount", "level")


@pytest.fixture(scope="module")
def classifier() -> TableResult:
    return trained("classification", "level", "amount")


def test_new_rows_of_the_same_kind(regressor):
    new = shop_rows(50, seed=99)
    predicted = predict_rows(regressor, new)
    assert predicted.index.equals(new.index)
    assert np.abs(predicted["prediction"] - new["amount"]).median() < 10


def test_a_classification_names_the_class_and_its_probabilities(classifier):
    new = shop_rows(50, seed=99).set_index(pd.Index(range(100, 150)))
    predicted = predict_rows(classifier, new)
    shares = predicted[[f"probability_{name}" for name in ("high", "low", "middle")]]
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-6)
    assert (predicted["prediction"] == new["level"]).mean() > 0.6
    assert ("probability_" + predicted["prediction"]).equals(shares.idxmax(axis=1))


def test_missing_columns_are_each_named(regressor):
    with pytest.raises(InvalidDataError, match=r"are missing: 'size', 'town'\. Send them"):
        predict_rows(regressor, shop_rows(5).drop(columns=["size", "town"]))


UNUSUAL = {
    "everything missing": {
        "size": None,
        "town": None,
        "day": None,
        "is_open": None,
        "visits": None,
    },
    "unseen category": {"town": "Atlantis"},
    "number for a category": {"town": 5},
    "text for a number": {"size": "large"},
    "number as text": {"size": "51.5"},
    "infinite": {"size": np.inf},
    "huge": {"visits": 10**300},
    "no date": {"day": "soon"},
    "date as text": {"day": "2025-03-01"},
    "date with zone": {"day": pd.Timestamp("2025-03-01", tz="UTC")},
}


@pytest.mark.parametrize("change", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_unusual_values_are_predicted_like_missing_or_rare_ones(regressor, change):
    row = {"size": 50.0, "town": "Lyon", "day": pd.Timestamp("2025-03-01"), "is_open": True}
    frame = pd.DataFrame([{**row, "visits": 20, **change}], dtype=object)
    assert np.isfinite(predict_rows(regressor, frame)["prediction"]).all()


def test_a_value_counts_however_it_is_written(regressor):
    row = {"size": 51.5, "town": "Lyon", "day": pd.Timestamp("2025-03-01"), "is_open": True}
    plain = pd.DataFrame([{**row, "visits": 20}])
    written = plain.astype({"size": str, "visits": str, "day": str, "is_open": object})
    first, second = (predict_rows(regressor, rows)["prediction"] for rows in (plain, written))
    np.testing.assert_allclose(first, second)


def test_no_rows_no_predictions(classifier, regressor):
    nothing = shop_rows(5).head(0)
    assert list(predict_rows(regressor, nothing).columns) == ["prediction", "lower", "upper"]
    assert len(predict_rows(classifier, nothing)) == 0


def test_amounts_lie_within_their_interval_which_holds_as_often_as_it_says(regressor):
    new = shop_rows(400, seed=98)
    predicted = predict_rows(regressor, new)
    assert (predicted["lower"] <= predicted["prediction"]).all()
    assert (predicted["prediction"] <= predicted["upper"]).all()
    inside = (predicted["lower"] <= new["amount"]) & (new["amount"] <= predicted["upper"])
    assert inside.mean() == pytest.approx(INTERVAL_LEVEL, abs=0.08)


def test_what_the_model_does_not_hold_cannot_be_asked_for(regressor):
    with pytest.raises(InvalidParameterError, match="candidate 'oracle' is not in the model; acc"):
        predict_rows(regressor, shop_rows(5), candidate="oracle")
    named = predict_rows(regressor, shop_rows(5), candidate="linear")
    pd.testing.assert_frame_equal(named, predict_rows(regressor, shop_rows(5)))


def test_stored_parts_predict_the_same_to_the_last_bit(classifier, regressor):
    new = shop_rows(20, seed=5)
    for fitted in (classifier, regressor):
        file = io.BytesIO()
        joblib.dump(fitted, file)
        file.seek(0)
        pd.testing.assert_frame_equal(
            predict_rows(joblib.load(file), new), predict_rows(fitted, new), check_exact=True
        )


def test_the_document_s_way_to_use_the_stored_files(classifier):
    new = shop_rows(20, seed=5)
    prepared = classifier.preprocessing.transform(new[list(classifier.features)])
    names = np.array(classifier.classes)[classifier.model.predict(prepared)]
    assert names.tolist() == predict_rows(classifier, new)["prediction"].tolist()


def test_neither_order_nor_chunks_nor_further_columns_change_a_prediction(classifier, regressor):
    new = shop_rows(40, seed=6)
    for fitted in (classifier, regressor):
        whole = predict_rows(fitted, new)
        alone = pd.concat([predict_rows(fitted, new.iloc[at : at + 1]) for at in range(len(new))])
        pd.testing.assert_frame_equal(alone, whole, check_exact=True)
        turned = predict_rows(fitted, new.iloc[::-1].assign(more=1)[["more", *new.columns[::-1]]])
        pd.testing.assert_frame_equal(turned.iloc[::-1], whole, check_exact=True)
