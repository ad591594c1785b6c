"""Three businesses with a token each, and what they do over HTTP."""

import random
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import jwt

from tests.e2e.shop import sales_csv

SECRET = "a secret of this test alone, long enough for HS256"
TOO_SHORT_DAYS = 12
FINAL = {"completed", "failed", "cancelled"}
PATIENCE_S = 60


@dataclass(frozen=True)
class Shop:
    """A tenant; while the API is being started again, its requests are repeated."""

    http: httpx.Client
    skus: tuple[str, ...]

    def ask(self, method: str, path: str, accepted: Collection[int], **more: Any) -> httpx.Response:
        pause = threading.Event()
        for _ in range(PATIENCE_S * 5):
            try:
                answer = self.http.request(method, path, **more)
            except httpx.TransportError:
                pause.wait(0.2)
                continue
            if answer.status_code != 503:
                assert answer.status_code in accepted, f"{method} {path}: {answer.text}"
                return answer
            pause.wait(0.2)
        raise AssertionError(f"{method} {path}: no answer within {PATIENCE_S} s")

    def jobs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = {}
        while True:
            query = {"limit": 100, **cursor}
            page = self.ask("GET", "/history", {200}, params=query).json()
            found += page["items"]
            if not page["next_cursor"]:
                return found
            cursor = {"cursor": page["next_cursor"]}

    def start(self, chance: random.Random) -> None:
        asked = {
            "products": chance.sample(self.skus, chance.randint(1, len(self.skus))),
            "algorithm": "seasonal_naive",
            "horizon_days": 7,
            "priority": chance.randint(0, 2),
            "force": chance.random() < 0.7,
        }
        self.ask("POST", "/start", {202, 429}, json=asked)

    def stop(self, chance: random.Random) -> None:
        mode = {"mode": chance.choice(["abort", "finish"])}
        if job := self._any(chance, is_final=False):
            self.ask("POST", f"/stop/{job}", {202, 409}, json=mode)

    def retry(self, chance: random.Random) -> None:
        if job := self._any(chance, is_final=True):
            self.ask("POST", f"/retry/{job}", {202, 409, 422, 429})

    def delete(self, chance: random.Random) -> None:
        if job := self._any(chance, is_final=True):
            self.ask("DELETE", f"/jobs/{job}", {200, 204, 404, 409})

    def _any(self, chance: random.Random, *, is_final: bool) -> str | None:
        fitting = [job["job_id"] for job in self.jobs() if (job["status"] in FINAL) == is_final]
        return chance.choice(fitting) if fitting else None


@contextmanager
def open_shops(url: str, tenants: int, products: int) -> Iterator[list[Shop]]:
    """Shops that share the number of products; one in twenty has too short a history."""
    skus = [f"sku-{number:02}" for number in range(products // tenants)]
    sales = _sales(skus)
    with ExitStack() as stack:
        shops = []
        for tenant in range(1, tenants + 1):
            client = httpx.Client(
                base_url=f"{url}/api/v1/training",
                headers={"Authorization": f"Bearer {_token(UUID(int=1000 + tenant))}"},
                timeout=60,
            )
            shop = Shop(stack.enter_context(client), tuple(skus))
            shop.ask("POST", "/sales", {200}, content=sales, headers={"Content-Type": "text/csv"})
            shops.append(shop)
        yield shops


def _sales(skus: list[str]) -> str:
    lines = sales_csv(len(skus), days=60).splitlines()
    short = {sku for sku in skus if int(sku.removeprefix("sku-")) % 20 == 19}
    heading, rows = lines[0], [line.split(",") for line in lines[1:]]
    first_day = rows[0][0][:8]
    kept = [
        row
        for row in rows
        if row[1] not in short
        or (row[0].startswith(first_day) and int(row[0][8:]) <= TOO_SHORT_DAYS)
    ]
    return "\n".join([heading, *map(",".join, kept)])


def _token(tenant_id: UUID) -> str:
    claims = {
        "sub": f"owner-of-{tenant_id}",
        "tenant_id": str(tenant_id),
        "scope": "read train deploy admin",
        "exp": int(time.time()) + 3600,
    }
    return jwt.encode(claims, SECRET, algorithm="HS256")
