"""Where the resources live, and the words that their endpoints share."""

from collections.abc import Mapping

ROOT = "/api/v1"
TRAINING = f"{ROOT}/training"
MULTIPART = "multipart/form-data"
IDEMPOTENCY_KEY: Mapping[str, str] = {
    "Idempotency-Key": "A repeated request with the same key is carried out once"
}
