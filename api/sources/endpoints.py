"""The address of the outside sources."""

from api.addresses import TRAINING
from api.endpoint import Endpoint
from api.sources import views
from api.sources.schemas import SourcesAnswer

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/sources",
        view=views.list_sources,
        summary="The configured outside sources and how they are",
        tag="Sources",
        answer=SourcesAnswer,
    ),
)
