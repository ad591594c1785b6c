"""Rows without the code of a product that have its name: tills let a product have no code."""

from collections.abc import Sequence
from dataclasses import replace

from api.sales.sums import may_name_a_sum
from api.sales.tables import RawBatch, quoted


class NamedProducts:
    """Takes the name for the code where that is empty, and knows which names were taken."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def coded(self, raw: RawBatch) -> RawBatch:
        codes, names = raw.columns["product_id"], raw.columns.get("product_name")
        if names is None or all(map(_is_stated, codes)):
            return raw
        found: Sequence[object] = [
            code if _is_stated(code) or may_name_a_sum(name) else self._taken(name)
            for code, name in zip(codes, names, strict=True)
        ]
        return replace(raw, columns={**raw.columns, "product_id": found})

    def told(self) -> str | None:
        if not self._names:
            return None
        return f"Products without a code have their name for one: {quoted(self._names)}"

    def _taken(self, name: object) -> object:
        self._names[str(name).strip()] = None
        return name


def _is_stated(code: object) -> bool:
    return bool(code.strip()) if isinstance(code, str) else code is not None
