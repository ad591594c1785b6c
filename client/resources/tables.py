"""Training on a table from a Parquet file."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from client.progress import ProgressMessage, StudioUpdate
from client.records import AcceptedJob
from client.resources.jobs import JobRequests
from client.tabular import LARGEST_SOCKET_UPLOAD, TableRequest, as_updates, train_over_socket

PARQUET = "application/vnd.apache.parquet"
_LONG_REQUEST_S = 600.0


class TableRequests(JobRequests):
    def upload(
        self,
        path: str | PathLike[str],
        request: TableRequest,
        *,
        idempotency_key: str | None = None,
    ) -> AcceptedJob:
        """Sends a Parquet file of any size; the job is then followed like every other."""
        file_path = Path(path)
        with file_path.open("rb") as file:
            answer = self._connection.create_from_file(
                "/api/v1/models",
                timeout_s=_LONG_REQUEST_S,
                key=idempotency_key,
                files={"file": (file_path.name, file, PARQUET)},
                data=request.form(),
            )
        return AcceptedJob.decode(answer)

    def train_parquet(
        self, path: str | PathLike[str], request: TableRequest
    ) -> Iterator[StudioUpdate]:
        """Trains on a Parquet file and yields its progress; the last update says how it ended."""
        file_path = Path(path)
        connection = self._connection
        if connection.over == "events" or file_path.stat().st_size > LARGEST_SOCKET_UPLOAD:
            return as_updates(self.watch(self.upload(file_path, request).job_id))
        return train_over_socket(
            connection.base_url, file_path, request, follow=self._follow, token=connection.token
        )

    def _follow(self, job_id: str, seq: int) -> Iterator[ProgressMessage]:
        return self.watch(job_id, after=seq)
