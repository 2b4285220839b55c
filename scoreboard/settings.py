"""What can be set from outside: ``SCOREBOARD_*`` variables, read once at the start.

A variable that is unknown or malformed stops the start and is named: a setting that is silently ignored is found out
on the day of the event.
"""

import os
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from scoreboard.errors import Unusable

PREFIX = "SCOREBOARD_"
# Read by the tests and not by the product.
OURS_ELSEWHERE = {"SCOREBOARD_REQUIRE"}


def host_and_port(text: str) -> tuple[IPv4Address | IPv6Address, int]:
    """Read an address with a port: ``127.0.0.1:9109``, ``[::1]:9109``. Raises ValueError."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ValueError("an address and a port are wanted, such as 127.0.0.1:9109")
    return ip_address(host.removeprefix("[").removesuffix("]")), int(port)


class Settings(BaseModel):
    """How this process runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: str = Field("scoreboard.db", description="a SQLite file, or a postgresql:// address")
    host: str = Field("127.0.0.1", description="the address to listen on; 0.0.0.0 for the whole venue")
    port: int = Field(8000, ge=0, le=65535, description="the port to listen on; 0 picks a free one")
    public_address: str = Field(
        "",
        pattern=r"^(https?://[^/]+)?$",
        description="how phones reach the server, in links and QR codes, such as https://score.example; "
        "empty: the address that the server listens on",
    )
    signing_key: str = Field(
        "",
        repr=False,
        description="the key that the ledger is signed with: a file, or the 64 hexadecimal digits of a seed; "
        "empty: a file beside the database",
    )
    backups: str = Field("", description="a folder for automatic copies; empty: beside the database; off: none")
    venues: str = Field(
        "",
        description="addresses or networks, separated by commas, that a whole hall shares: 3,000 viewers instead of 50",
    )
    trusted_proxies: str = Field(
        "", description="addresses or networks of proxies in front, whose X-Forwarded-For and -Proto are believed"
    )
    hosts: str = Field(
        "", description="further names by which the server is asked, separated by commas; any other Host is refused"
    )
    tls_certificate: str = Field("", description="a file with the certificate chain (PEM), to serve over TLS")
    tls_key: str = Field("", repr=False, description="the file with its private key (PEM)")
    insecure_lan: bool = Field(default=False, description="serve a whole network without TLS, and say so on every page")
    second_factor: Literal["optional", "owners", "all"] = Field(
        "optional", description="whose accounts must have a second factor"
    )
    oidc_issuer: str = Field(
        "", pattern=r"^(https?://[^ ]+)?$", description="the organisation's own sign-in (OpenID Connect), by its issuer"
    )
    oidc_client: str = Field("", description="the name that it knows this server by")
    oidc_secret: str = Field("", repr=False, description="the secret that goes with it")
    oidc_name: str = Field("", description="what people call it, on the button")
    viewers: int = Field(12_000, ge=1, description="how many viewers may be connected at once")
    arrivals: int = Field(500, ge=1, description="how many viewers may connect in a second, on the long run")
    metrics: str = Field(
        "",
        description="a private address and port for metrics in Prometheus' format, such as 127.0.0.1:9109; empty: none",
    )
    log: Literal["", "json", "text"] = Field(
        "", description="how the log is written to standard error; empty: text on a terminal, json elsewhere"
    )
    language: Literal["ar", "en"] = Field("ar", description="of pages that belong to no event")

    @field_validator("venues", "trusted_proxies")
    @classmethod
    def lists_networks(cls, value: str) -> str:
        """Refuse what is no list of addresses."""
        for part in filter(None, map(str.strip, value.split(","))):
            ip_network(part)
        return value

    @field_validator("metrics")
    @classmethod
    def is_private(cls, value: str) -> str:
        """Refuse an address that strangers can reach: metrics tell how to hurt a server best."""
        if value:
            host, _port = host_and_port(value)
            if host.is_unspecified or not host.is_private:
                raise ValueError(f"{host} is not a private address")
        return value

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: object) -> Self:
        """Read the settings; `given` (options of the command line) go before variables.

        Raises Unusable, naming each variable that is unknown or malformed.
        """
        known = {PREFIX + name.upper() for name in cls.model_fields} | OURS_ELSEWHERE
        unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise Unusable("There is no setting named %(names)s.", names=", ".join(unknown))
        values = {
            name: environment[PREFIX + name.upper()]
            for name in cls.model_fields
            if PREFIX + name.upper() in environment
        }
        try:
            return cls.model_validate({**values, **{name: value for name, value in given.items() if value is not None}})
        except ValidationError as failure:
            words = "; ".join(f"{PREFIX}{fault['loc'][0]}".upper() + f": {fault['msg']}" for fault in failure.errors())
            raise Unusable("These settings cannot be used: %(words)s", words=words) from failure
