"""The address by which people come: in links and QR codes, from outside, with its certificate."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx2

from scoreboard.cli.doctor.finding import Finding, amber, green, red
from scoreboard.settings import Settings

TIMEOUT_SECONDS = 10
RENEW_DAYS = 14
LITTLE_APART, FAR_APART = 2, 60  # seconds between two clocks
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def address(settings: Settings, url: str | None) -> Iterator[Finding]:
    """Look at the address in links, and at the server behind it."""
    yield linked(settings)
    target = url or settings.public_address
    if not target:
        return
    host, port = urlsplit(target).hostname or "", urlsplit(target).port
    try:
        found = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except OSError as failure:
        yield red("name", f"{host} leads nowhere: {failure.strerror}", "enter the name in the network's name service")
        return
    yield green("name", f"{host} is {', '.join(found)}")
    if urlsplit(target).scheme == "https":
        yield from certificate(host, port or 443)
    yield from answer(target)


def linked(settings: Settings) -> Finding:
    """Whether links and QR codes lead phones here, and safely."""
    told = settings.public_address
    advice = "set SCOREBOARD_PUBLIC_ADDRESS to the address by which phones reach this machine, with https:// if at all"
    if not told:
        where = f"http://{settings.host}:{settings.port}"
        return amber(
            "links", f"No public address is set: links and QR codes lead to {where} or what the server finds.", advice
        )
    if urlsplit(told).hostname in LOOPBACK:
        return red("links", f"Links and QR codes lead to {told}, where every phone looks for itself.", advice)
    if not told.startswith("https://"):
        return amber(
            "links", f"Links lead to {told}, which is not encrypted: anybody in the network can read it.", advice
        )
    return green("links", f"links and QR codes lead to {told}")


def certificate(host: str, port: int) -> Iterator[Finding]:
    """Whether a browser will trust the certificate, and for how long."""
    advice = "have a certificate issued for this name, by an authority that phones know"
    try:
        with (
            socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as raw,
            ssl.create_default_context().wrap_socket(raw, server_hostname=host) as wrapped,
        ):
            until = str((wrapped.getpeercert() or {}).get("notAfter", ""))
    except ssl.SSLCertVerificationError as failure:
        yield red("certificate", f"{host}: {failure.verify_message}", advice)
        return
    except OSError as failure:
        yield red("certificate", f"{host}, port {port}: {failure.strerror or failure}", "start what answers there")
        return
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)
    days = (ends - datetime.now(UTC)).days
    words = f"the certificate of {host} is good until {ends:%Y-%m-%d}, {days} days"
    yield (
        green("certificate", words) if days >= RENEW_DAYS else amber("certificate", words, "renew it before the event")
    )


def answer(url: str) -> Iterator[Finding]:
    """Whether the server answers there, and whether its clock agrees with this one."""
    try:
        said = httpx2.get(f"{url.rstrip('/')}/healthz", timeout=TIMEOUT_SECONDS)
    except httpx2.HTTPError as failure:
        yield red("server", f"{url} does not answer: {failure}", "start the server; open the port in the firewall")
        return
    if (said.status_code, said.text) != (200, "ok\n"):
        yield red(
            "server",
            f"{url} answers {said.status_code}, and not as Scoreboard does.",
            "check the address, or the proxy",
        )
        return
    yield green("server", f"{url} answers")
    if date := said.headers.get("date"):
        apart = abs((parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
        words = f"the clocks here and at {url} are {apart:.0f} s apart"
        advice = "set both by the network (timedatectl set-ntp true)"
        if apart > FAR_APART:
            yield red("clocks", words, advice)
        else:
            yield amber("clocks", words, advice) if apart > LITTLE_APART else green("clocks", words)
