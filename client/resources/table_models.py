"""Models of tables: what was compared, what they go by, what they were made from."""

from typing import Literal

from client.addresses import training_path
from client.resources.resource import Resource
from client.table_records import DataProfile, Explanation, Leaderboard

CardForm = Literal["markdown", "html"]
_MEDIA_TYPES: dict[CardForm, str] = {"markdown": "text/markdown", "html": "text/html"}


class TableModelRequests(Resource):
    """Models are named by id or short id."""

    def leaderboard(self, model_id: str) -> Leaderboard:
        """Score, time, size and latency of everything that was compared, the best first."""
        path = training_path("models", model_id, "leaderboard")
        return Leaderboard.decode(self._connection.get(path))

    def choose_candidate(self, model_id: str, candidate: str) -> Leaderboard:
        """Lets a candidate of the leaderboard predict; again is harmless."""
        path = training_path("models", model_id, "candidate")
        return Leaderboard.decode(self._connection.post(path, {"candidate": candidate}))

    def explanation(self, model_id: str) -> Explanation:
        """What the model goes by: importances, curves and errors, as data."""
        path = training_path("models", model_id, "explanation")
        return Explanation.decode(self._connection.get(path))

    def data_profile(self, model_id: str) -> DataProfile:
        """What the model was made from: its columns, and what was noticed."""
        path = training_path("models", model_id, "profile")
        return DataProfile.decode(self._connection.get(path))

    def model_card(self, model_id: str, form: CardForm = "markdown") -> str:
        """What is to be known of the model, as Markdown or as a page."""
        path = training_path("models", model_id, "card")
        return self._connection.get_text(path, _MEDIA_TYPES[form])
