"""Parquet tables over HTTP, to train on."""

from uuid import UUID

from pydantic import ValidationError

from api.endpoint import invalid_request
from api.errors import InvalidRequestError
from api.idempotency import idempotency_key
from api.jobs.creation import accepted, create_upload_job
from api.jobs.schemas import AcceptedJob
from api.services import Services
from api.uploads.bodies import receive_upload
from api.uploads.schemas import UploadForm

_PARQUET_MAGIC = b"PAR1"


def create_model(services: Services, tenant_id: UUID) -> AcceptedJob:
    with services.make_spool() as spool:
        upload = receive_upload(spool, raw_types=frozenset(), max_bytes=_most_bytes(services))
        try:
            form = UploadForm.model_validate(
                {name: value for name, value in upload.fields.items() if value}
            )
        except ValidationError as error:
            raise invalid_request(error, UploadForm) from error
        if spool.read(0, 4) != _PARQUET_MAGIC:
            raise InvalidRequestError("The file is not a Parquet file: it does not begin with PAR1")
        blob = services.chores.store(spool.path())
    return accepted(create_upload_job(services, tenant_id, form, blob.digest, idempotency_key()))


def _most_bytes(services: Services) -> int:
    return services.settings.max_http_upload_mb * 10**6
