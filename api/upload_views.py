"""Files over HTTP: sales to import, and Parquet tables to train on."""

from pathlib import PurePath
from uuid import UUID

from pydantic import ValidationError

from api import schemas
from api.endpoint import invalid_request
from api.errors import InvalidRequestError, UnsupportedTypeError
from api.jobs.creation import accepted, create_upload_job, idempotency_key
from api.jobs.schemas import AcceptedJob, UploadForm
from api.services import Services
from api.uploads import receive_upload

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
SALES_TYPES = frozenset({CSV, PARQUET})
_BY_SUFFIX = {".csv": CSV, ".tsv": CSV, ".txt": CSV, ".parquet": PARQUET}
_PARQUET_MAGIC = b"PAR1"


def import_sales(services: Services, tenant_id: UUID) -> schemas.ImportReport:
    with services.make_spool() as spool:
        upload = receive_upload(spool, raw_types=SALES_TYPES, max_bytes=_most_bytes(services))
        media_type = upload.media_type
        if media_type not in SALES_TYPES:
            media_type = _BY_SUFFIX.get(PurePath(upload.name).suffix.lower(), "")
        if not media_type:
            raise UnsupportedTypeError(f"{upload.name!r} is neither a CSV nor a Parquet file")
        return services.chores.import_sales(spool.path(), media_type, tenant_id)


def create_model(services: Services, tenant_id: UUID) -> AcceptedJob:
    with services.make_spool() as spool:
        upload = receive_upload(spool, raw_types=frozenset(), max_bytes=_most_bytes(services))
        try:
            form = UploadForm.model_validate(
                {name: value for name, value in upload.fields.items() if value}
            )
        except ValidationError as error:
            raise invalid_request(error) from error
        if spool.read(0, 4) != _PARQUET_MAGIC:
            raise InvalidRequestError("The file is not a Parquet file: it does not begin with PAR1")
        blob = services.chores.store(spool.path())
    return accepted(create_upload_job(services, tenant_id, form, blob.digest, idempotency_key()))


def _most_bytes(services: Services) -> int:
    return services.settings.max_http_upload_mb * 10**6
