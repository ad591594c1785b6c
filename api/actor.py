"""Who acts in this request, for the audit trail."""

from flask import g

from api.caller import caller_of_request
from db.operation.audit import Actor


def actor_of_request() -> Actor:
    return Actor(caller_of_request().subject, g.get("request_id"))
