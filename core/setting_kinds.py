"""The kinds of values that settings take, each checked when it is read."""

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from core.cron import checked_cron, checked_time_zone

OFF = "off"
"""What switches the default retraining off; an empty variable would count as unset."""


def _url_with(*schemes: str) -> AfterValidator:
    def check(url: str) -> str:
        if urlsplit(url).scheme not in schemes:
            raise ValueError("unknown scheme")
        return url

    return AfterValidator(check)


def _country_code(code: str) -> str:
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise ValueError("not a two-letter code")
    return code.upper()


def _cron_or_off(text: str) -> str:
    return OFF if text.lower() == OFF else checked_cron(text)


def _networks(text: str) -> str:
    for network in filter(None, map(str.strip, text.split(","))):
        ipaddress.ip_network(network)
    return text


def _origins(text: str) -> str:
    origins = [origin.strip() for origin in text.split(",")]
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("not an origin")
        if not parts.hostname or "*" in parts.netloc or "@" in parts.netloc:
            raise ValueError("not one exact origin")
    return ",".join(origins)


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


DatabaseUrl = Annotated[str, _url_with("postgresql", "postgresql+psycopg2")]
RedisUrl = Annotated[str, _url_with("redis", "rediss")]
BrokerUrl = Annotated[str, _url_with("redis", "rediss", "amqp", "amqps")]
HttpUrl = Annotated[str, _url_with("http", "https")]
AmqpUrl = Annotated[str, _url_with("amqp", "amqps")]
JwksUrl = Annotated[str, _url_with("http", "https", "file")]
Origins = Annotated[str, AfterValidator(_origins)]
Country = Annotated[str, AfterValidator(_country_code)]
CronOrOff = Annotated[str, AfterValidator(_cron_or_off)]
TimeZone = Annotated[str, AfterValidator(checked_time_zone)]
Networks = Annotated[str, AfterValidator(_networks)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
