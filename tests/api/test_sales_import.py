"""Sales files: what is read, what is refused and how the refusal names the cell."""

import gzip
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.chores.local import LocalChores
from api.errors import InvalidRequestError
from api.sales.schemas import ImportQuery
from core.artifacts import ArtifactStore
from db.engine import Sessions
from db.tables import DEFAULT_TENANT_ID, Product, Sale, Tenant
from tests.api.workbooks import archive, workbook

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
URL = "/api/v1/training/sales"
DAY = date(2026, 1, 1)


def send(http: httpx.Client, content: str | bytes, media_type: str = CSV) -> httpx.Response:
    return http.post(URL, content=content, headers={"Content-Type": media_type})


def encrypted(content: bytes) -> bytes:
    """An archive whose only file says that it has a password."""
    begin = content.index(b"PK\x01\x02")
    return content[: begin + 8] + b"\x01" + content[begin + 9 :]


def parquet(columns: Mapping[str, Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), buffer, **options)
    return buffer.getvalue()


def sales(session: Session) -> list[Sale]:
    return list(session.scalars(select(Sale).order_by(Sale.sold_at)))


def errors(answer: httpx.Response) -> list[tuple[int, str, str]]:
    assert answer.status_code == 422, answer.text
    return [(e["row"], e["column"], e["message"]) for e in answer.json()["errors"]]


def test_a_file_can_be_imported_again(http: httpx.Client, session: Session) -> None:
    content = (
        "\ufeffDate,Product_ID,quantity,product_name,category,price,promotion,temperature\r\n"
        "2026-01-01,rye,5,Rye bread,Bread,2.5,true,-3.5\r\n"
        "2026-01-02,rye,,Rye bread,Bread,2.5,no,\r\n"
        "\r\n"
        "2026-01-01 14:00,roll,7,,,,,\r\n"
    )
    first = send(http, content).json()
    assert len(set(first.pop("product_ids"))) == 2
    assert first == {
        "rows_read": 3,
        "rows_inserted": 3,
        "rows_updated": 0,
        "rows_unchanged": 0,
        "rows_deleted": 0,
        "products_created": 2,
        "products": 2,
        "first_date": "2026-01-01T00:00:00",
        "last_date": "2026-01-02T00:00:00",
        "covariates": ["temperature"],
        "warnings": [],
    }
    again = send(http, content).json()
    assert (again["rows_inserted"], again["rows_updated"], again["rows_unchanged"]) == (0, 0, 3)
    stored = sales(session)
    assert [sale.quantity for sale in stored] == [5, 7, None]
    assert [sale.promotion for sale in stored] == [1, None, 0]
    assert stored[0].covariates == {"temperature": -3.5}
    assert stored[1].sold_at == datetime.fromisoformat("2026-01-01 14:00")
    names = session.scalars(select(Product.name).order_by(Product.sku))
    assert names.all() == ["roll", "Rye bread"]


def test_semicolons_bring_decimal_commas_and_day_first_dates(
    http: httpx.Client, session: Session
) -> None:
    answer = send(http, "date;product_id;quantity;price\n31.01.2026;rye;5,5;2\n")
    assert answer.status_code == 200, answer.text
    (sale,) = sales(session)
    assert (sale.sold_at, sale.quantity, sale.price) == (
        datetime.fromisoformat("2026-01-31"),
        5.5,
        2,
    )


def test_rows_of_the_same_product_and_date_are_added_up(
    http: httpx.Client, session: Session
) -> None:
    answer = send(http, "date,product_id,quantity\n2026-01-01,rye,5\n2026-01-01,rye,3\n")
    assert answer.json()["warnings"] == [
        "Rows of the same product and date were added up: 1 row more than dates"
    ]
    assert [sale.quantity for sale in sales(session)] == [8]


def test_a_known_product_is_found_by_its_id(
    http: httpx.Client, session: Session, bakery: list[Product]
) -> None:
    answer = send(http, f"date,product_id,quantity\n2026-01-01,{bakery[0].id},5\n")
    assert answer.json()["products_created"] == 0
    assert sales(session)[0].product_id == bakery[0].id


def test_parquet_of_many_types(http: httpx.Client, session: Session) -> None:
    content = parquet(
        {
            "date": pa.array([date(2026, 1, 1), date(2026, 1, 2)]),
            "product_id": pa.array([12, 12]),
            "quantity": pa.array([Decimal("1.50"), None]),
            "promotion": pa.array([True, None]),
            "weekday": pa.array(["Thursday", "Friday"]).dictionary_encode(),
            "rain": pa.array([0.5, 1.5], pa.float32()),
            "basket": pa.array([[1], [2]]),
        }
    )
    answer = send(http, content, PARQUET)
    assert answer.status_code == 200, answer.text
    assert answer.json()["warnings"] == [
        "These columns hold no numbers and were left out: basket, weekday"
    ]
    assert session.scalars(select(Product.sku)).all() == ["12"]
    first, second = sales(session)
    assert (first.quantity, first.promotion, first.covariates) == (1.5, 1, {"rain": 0.5})
    assert second.quantity is None


def test_timestamps_keep_the_clock_of_the_shop(http: httpx.Client, session: Session) -> None:
    moment = datetime(2026, 7, 1, 6, tzinfo=UTC)
    content = parquet(
        {
            "date": pa.array([moment], pa.timestamp("ns", tz="Europe/Paris")),
            "product_id": ["rye"],
            "quantity": [1],
        }
    )
    assert send(http, content, PARQUET).status_code == 200
    assert sales(session)[0].sold_at == datetime.fromisoformat("2026-07-01 08:00")


def test_a_form_may_carry_the_file(http: httpx.Client) -> None:
    content = b"date,product_id,quantity\n2026-01-01,rye,5\n"
    assert http.post(URL, files={"file": ("sales.csv", content)}).status_code == 200
    assert http.post(URL, files={"file": ("sales.pdf", content)}).status_code == 415


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (",rye,5", "date", "must not be empty"),
        ("01/02/2026,rye,5", "date", "no date of the file tells whether the day or the month"),
        ("2026/02/30,rye,5", "date", "not a date"),
        ("2026-01-31 13:00 PM,rye,5", "date", "not a date"),
        ("46053,rye,5", "date", "as Excel counts them"),
        ("46053.25,rye,5", "date", "as Excel counts them"),
        ("2026-02-30,rye,5", "date", "not a date"),
        ("1816-01-01,rye,5", "date", "from 1970 to 2100"),
        ("2026-01-01,,5", "product_id", "must not be empty"),
        ("2026-01-01,\u200b\u202e,5", "product_id", "can be seen"),
        (f"2026-01-01,{'x' * 300},5", "product_id", "at most 255"),
        ("2026-01-01,rye,NaN", "quantity", "finite"),
        ("2026-01-01,rye,inf", "quantity", "finite"),
        ("2026-01-01,rye,1e300", "quantity", "too large"),
        ("2026-01-01,rye,-5", "quantity", "must not be negative"),
        ("2026-01-01,rye,five", "quantity", "not a number"),
        ("2026-01-01,rye,1_000", "quantity", "not a number"),
        ("2026-01-01,rye,5,6", None, "4 cells, but the header names 3 columns"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_imported(
    http: httpx.Client, session: Session, row: str, column: str | None, message: str
) -> None:
    answer = send(http, f"date,product_id,quantity\n2026-01-01,roll,5\n{row}\n")
    ((at, found, told),) = errors(answer)
    where = f"row 3, column {column}: " if column else "row 3: "
    begin = f"1 cell is not accepted, and nothing was imported. The first is {where}"
    assert answer.json()["detail"].startswith(begin)
    assert (at, found) == (3, column)
    assert message in told
    assert session.scalar(select(func.count()).select_from(Sale)) == 0
    assert session.scalar(select(func.count()).select_from(Product)) == 0


def test_all_errors_are_counted_and_a_hundred_are_told(http: httpx.Client) -> None:
    rows = "".join(f"2026-01-01,rye,x{number}\n" for number in range(250))
    answer = send(http, "date,product_id,quantity\n" + rows)
    assert len(errors(answer)) == 100
    assert answer.json()["errors_total"] == 250


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"date,product_id,quantity\n", "no rows"),
        (b"when,thing,quantity\n2026-01-01,rye,5\n", "lacks the columns date, product_id"),
        (b"date,product_id,quantity,Quantity\n", "more than once: 'quantity'"),
        (bytes(100_000), "does not name columns: one has 100,000 characters"),
        (b"date,product_id,quantity," + b"x" * 300 + b"\n", "one has 300 characters, beginning"),
        (b"date,product_id,quantity\n2026-01-01,cr\x8fme,5\n", "neither UTF-8 (the byte 0x8f"),
        (b"date,product_id,quantity\n2026-01-01,Cha\xb3ka,5\n", "nor Windows-1252"),
        (b"date,product_id,quantity\n2026-01-01,Caf\x8e,5\n", "nor Windows-1252"),
        ((",".join(f"c{n}" for n in range(300)) + "\n").encode(), "300 columns"),
        (
            b'date,product_id,quantity\n2026-01-01,"' + b"x" * 200_000 + b'",5\n',
            "not readable as CSV",
        ),
        (b"\x00\x01\x02\x03", "lacks the columns"),
        (b"x" * 200_000, "The first line must name the columns"),
        (b"PAR1\x15\x04", "not a readable Parquet file"),
        (b"<html><table><tr><td>date</td></tr></table></html>", "a web page or XML"),
        ("\ufeff<?xml version='1.0'?>".encode(), "a web page or XML"),
        (b'[{"date": "2026-01-01", "product_id": "rye", "quantity": 5}]', "is JSON"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"Rar!\x1a\x07", "packed in a way that is not read"),
        ("date,product_id,quantity\n".encode("utf-16")[:-1], "damaged UTF-16 (truncated data)"),
    ],
)
def test_a_file_that_is_no_sales_file_is_refused(
    http: httpx.Client, content: bytes, told: str
) -> None:
    answer = send(http, content)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_file_may_replace_what_was_known_of_its_products(
    http: httpx.Client, session: Session
) -> None:
    head = "date,product_id,quantity\n"
    rows = [f"2099-0{month}-0{day},rye,5\n" for month in (1, 2) for day in (1, 2)]
    send(http, head + "".join(rows) + "2026-01-02,rye,5\n2026-01-02,bun,7\n")
    right = head + "2026-01-01,rye,5\n2026-01-02,rye,6\n"

    report = http.post(f"{URL}?replace=true", content=right, headers={"Content-Type": CSV}).json()
    told = {name: report[f"rows_{name}"] for name in ("inserted", "updated", "deleted")}
    assert told == {"inserted": 1, "updated": 1, "deleted": 4}
    assert {sale.quantity for sale in sales(session)} == {5, 6, 7}
    rye = session.scalars(select(Product).where(Product.sku == "rye")).one()
    assert rye.observed_until == datetime(2026, 1, 2)  # noqa: DTZ001  # a wall clock has no zone
    again = http.post(f"{URL}?replace=true", content=right, headers={"Content-Type": CSV}).json()
    assert (again["rows_unchanged"], again["rows_deleted"]) == (2, 0)


def test_a_file_that_replaces_all_leaves_nothing_beside_what_it_says(
    http: httpx.Client, session: Session
) -> None:
    send(http, "date,product_id,quantity,price,rain\n2026-01-01,rye,5,2.5,7\n")
    right = "date,product_id,quantity,price\n2026-01-01,rye,5,\n"

    report = http.post(f"{URL}?replace=true", content=right, headers={"Content-Type": CSV}).json()

    assert report["rows_updated"] == 1
    (sale,) = sales(session)
    assert (sale.quantity, sale.price, sale.covariates) == (5, None, None)


def test_columns_that_are_excluded_are_not_kept(http: httpx.Client, session: Session) -> None:
    content = "date,product_id,quantity,Rain,Price,wind\n2026-01-01,rye,5,7,2.5,3\n"
    assert send(http, content).json()["covariates"] == ["rain", "wind"]
    headers = {"Content-Type": CSV}

    report = http.post(f"{URL}?exclude_columns=Rain,price", content=content, headers=headers).json()

    assert (report["covariates"], report["rows_updated"]) == (["wind"], 1)
    (sale,) = sales(session)
    assert (sale.price, sale.covariates) == (2.5, {"wind": 3})
    again = http.post(f"{URL}?exclude_columns=rain,wind", content=content, headers=headers).json()
    assert (again["covariates"], again["rows_updated"]) == ([], 1)
    session.expire_all()
    assert sales(session)[0].covariates is None


@pytest.mark.parametrize(
    ("excluded", "told"), [("snow", "no “snow”"), ("quantity", "lacks the columns quantity")]
)
def test_what_cannot_be_excluded(http: httpx.Client, excluded: str, told: str) -> None:
    address = f"{URL}?exclude_columns={excluded}"
    answer = http.post(address, content=SOLD, headers={"Content-Type": CSV})

    assert answer.status_code == 422
    assert told in answer.json()["detail"]


NUMBERED = [f"2026-01-{day:02},rye,5,7,{900 + day},3,{day * day}" for day in range(1, 12)]


def test_columns_that_number_receipts_or_rows_are_left_out(
    http: httpx.Client, session: Session
) -> None:
    content = "\n".join(["date,product_id,quantity,Bon-Nr,unnamed: 0,till_id,visitors", *NUMBERED])
    report = send(http, content).json()

    assert report["covariates"] == ["visitors"]
    assert report["warnings"] == [
        "Columns that number receipts, tills, shops or rows say nothing of what sells, and were"
        " left out: “bon-nr”, “unnamed: 0”, “till_id”"
    ]
    assert sales(session)[2].covariates == {"visitors": 9}


@pytest.mark.parametrize("name", ["order_count", "tickets", "discount", "paid", "no_rain", "week"])
def test_columns_that_measure_something_are_kept(http: httpx.Client, name: str) -> None:
    report = send(http, f"date,product_id,quantity,{name}\n2026-01-01,rye,5,3\n").json()

    assert report["covariates"] == [name]


SOLD = "date,product_id,quantity\n2026-01-01,rye,5\n"


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(SOLD.encode()),
        archive({"May/": "", "May/Sales.CSV": SOLD, "__MACOSX/May/._Sales.CSV": "x"}),
        archive(
            {"sales.xlsx": workbook([["date", "product_id", "quantity"], ["2026-01-01", "rye", 5]])}
        ),
        gzip.compress(parquet({"date": [DAY], "product_id": ["rye"], "quantity": [5]})),
    ],
    ids=["gzip", "zip", "a workbook in a zip", "Parquet in gzip"],
)
def test_a_packed_file_is_unpacked(http: httpx.Client, session: Session, content: bytes) -> None:
    assert send(http, content).status_code == 200
    assert [sale.quantity for sale in sales(session)] == [5]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (gzip.compress(SOLD.encode())[:-9], "damaged"),
        (gzip.compress(SOLD.encode())[:12] + b"xxxxxxxxxxxxxxxx", "damaged"),
        (gzip.compress(gzip.compress(SOLD.encode())), "unpack it, and send"),
        (archive({"a.csv": SOLD, "b.csv": SOLD}), "holds 2 files"),
        (archive({"__MACOSX/._a.csv": SOLD}), "holds 0 files"),
        (archive({"a.csv": SOLD})[:40] + b"\xff" * 4 + archive({"a.csv": SOLD})[44:], "damaged"),
        (archive({"a.csv": SOLD})[:60], "damaged"),
        (encrypted(archive({"a.csv": SOLD})), "a password"),
    ],
    ids=[
        "cut off",
        "no gzip",
        "packed twice",
        "two files",
        "no file",
        "changed",
        "a piece",
        "with a password",
    ],
)
def test_packed_files_that_cannot_be_used_are_refused(
    http: httpx.Client, content: bytes, told: str
) -> None:
    answer = send(http, content)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_what_is_unpacked_has_a_limit(sessions: Sessions, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv.gz"
    path.write_bytes(gzip.compress(SOLD.encode() + bytes(2_000_000)))
    store = ArtifactStore(str(tmp_path / "models"))
    chores = LocalChores(sessions, store, max_file_bytes=1_000_000)
    with pytest.raises(InvalidRequestError, match="more than 1 MB"):
        chores.import_sales(path, CSV, DEFAULT_TENANT_ID, ImportQuery())
    assert list(tmp_path.glob("unpacked-*")) == []


def test_frames_of_forecasting_libraries_are_read(http: httpx.Client, session: Session) -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2)]
    long = {"unique_id": ["rye", "rye"], "ds": days, "y": [5.0, float("nan")]}
    assert send(http, parquet(long), PARQUET).status_code == 200
    pivoted = {"bun": [7, 8], "roll": [1, 2], "date": days}
    assert send(http, parquet(pivoted), PARQUET).status_code == 200

    assert {sale.quantity for sale in sales(session)} == {5, None, 7, 8, 1, 2}
    assert set(session.scalars(select(Product.sku))) == {"rye", "bun", "roll"}


@pytest.mark.parametrize("cut", [0, 3, 100, 400])
def test_a_truncated_parquet_file_is_refused(http: httpx.Client, cut: int) -> None:
    content = parquet({"date": [date(2026, 1, 1)], "product_id": ["rye"], "quantity": [5]})
    assert send(http, content[:cut], PARQUET).status_code == 422


def test_a_small_file_with_a_huge_text_is_refused(http: httpx.Client) -> None:
    # As plain text, the column would take 20 GB already here.
    repeated = pa.DictionaryArray.from_arrays([0] * 20_000, ["x" * 1_000_000])
    content = parquet(
        {
            "date": [date(2026, 1, 1)] * 20_000,
            "product_id": repeated,
            "quantity": [5] * 20_000,
        },
        store_schema=False,
    )
    assert len(content) < 1_000_000
    answer = send(http, content, PARQUET)
    assert answer.status_code == 422
    assert "at most 4,096" in answer.json()["detail"]


def test_other_types_and_too_much_are_refused(http: httpx.Client) -> None:
    refused = send(http, "x", "application/json")
    assert refused.status_code == 415
    assert "text/csv" in refused.json()["detail"]
    large = send(http, "x" * 8_000_001)
    assert large.status_code == 413
    assert large.json()["status"] == 413


def test_sales_belong_to_the_tenant(http: httpx.Client, session: Session) -> None:
    send(http, "date,product_id,quantity\n2026-01-01,rye,5\n")
    assert sales(session)[0].tenant_id == DEFAULT_TENANT_ID


def test_an_import_makes_no_more_products_than_the_tenant_may_have(
    session: Session, sessions: Sessions, tmp_path: Path
) -> None:
    chores = LocalChores(sessions, ArtifactStore(str(tmp_path / "models")), max_products=2)

    def bring(*skus: str) -> int:
        path = tmp_path / "sales.csv"
        rows = (f"2026-01-0{number},{sku},5" for number, sku in enumerate(skus, start=1))
        path.write_text("\n".join(["date,product_id,quantity", *rows]))
        return chores.import_sales(path, CSV, DEFAULT_TENANT_ID, ImportQuery()).products_created

    with pytest.raises(InvalidRequestError, match=r"^Nothing was imported: .*2") as refused:
        bring("rye", "roll", "bun")
    assert "products" in refused.value.detail
    assert session.scalar(select(func.count()).select_from(Product)) == 0
    assert sales(session) == []

    assert bring("rye", "roll") == 2
    assert bring("rye", "roll") == 0, "sales of products that are there are always welcome"
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_products = 3
    session.commit()
    assert bring("rye", "bun") == 1
    with pytest.raises(InvalidRequestError, match="Nothing was imported"):
        bring("cake")
