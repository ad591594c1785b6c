"""The addresses of analytics."""

from api.addresses import TRAINING
from api.analytics import views
from api.analytics.schemas import Accuracy, AnalyticsQuery, Duration, Performance
from api.endpoint import Endpoint

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/analytics/performance",
        view=views.performance,
        summary="How trainings go: success, throughput, failures, time saved",
        tag="Analytics",
        query=AnalyticsQuery,
        answer=Performance,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/analytics/accuracy",
        view=views.accuracy,
        summary="How good the models are, against the baseline too, and which are worst and why",
        tag="Analytics",
        query=AnalyticsQuery,
        answer=Accuracy,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/analytics/duration",
        view=views.duration,
        summary="How long trainings take and wait, by algorithm, product and step",
        tag="Analytics",
        query=AnalyticsQuery,
        answer=Duration,
        refusals=(404,),
    ),
)
