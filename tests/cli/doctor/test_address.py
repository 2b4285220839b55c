import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import anyio.to_thread
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from serving import Served

from scoreboard.cli.doctor.address import address, certificate, linked
from scoreboard.cli.doctor.finding import Finding, Level
from scoreboard.settings import Settings


def levels(findings: Iterator[Finding]) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in findings}


async def test_a_running_server_is_found_by_its_address(served: Served) -> None:
    found = await anyio.to_thread.run_sync(lambda: levels(address(Settings(), served.url)))
    assert found == {
        "links": Level.AMBER,
        "name": Level.GREEN,
        "server": Level.GREEN,
        "clocks": Level.GREEN,
    }


@pytest.mark.parametrize(
    ("public", "level"),
    [
        ("", Level.AMBER),
        ("http://127.0.0.1:8000", Level.RED),
        ("http://localhost:8000", Level.RED),
        ("http://192.0.2.10:8000", Level.AMBER),
        ("https://score.example", Level.GREEN),
    ],
)
def test_links_lead_where_phones_can_go_and_best_in_secret(public: str, level: Level) -> None:
    assert linked(Settings(public_address=public)).level is level


def test_nothing_is_asked_where_no_address_is_known() -> None:
    assert levels(address(Settings(), None)) == {"links": Level.AMBER}


def test_a_name_that_leads_nowhere_is_red() -> None:
    assert levels(address(Settings(), "https://score.invalid"))["name"] is Level.RED


def test_a_server_that_does_not_answer_is_red() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    assert levels(address(Settings(), f"http://127.0.0.1:{port}"))["server"] is Level.RED


class Impostor(http.server.BaseHTTPRequestHandler):
    """Answers as Scoreboard does, or not, with a clock of its own."""

    text = b"ok\n"
    ahead = timedelta(0)

    def do_GET(self) -> None:
        self.send_response_only(200)
        self.send_header("date", format_datetime(datetime.now(UTC) + self.ahead, usegmt=True))
        self.send_header("content-length", str(len(self.text)))
        self.end_headers()
        self.wfile.write(self.text)

    def log_message(self, *_words: object) -> None:
        pass


@contextmanager
def answering(handler: type[Impostor], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that is not Scoreboard; its port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_a_page_of_somebody_else_is_red() -> None:
    class Hall(Impostor):
        text = b"<html>Welcome to the hall</html>"

    with answering(Hall) as port:
        assert levels(address(Settings(), f"http://127.0.0.1:{port}"))["server"] is Level.RED


@pytest.mark.parametrize(("ahead", "level"), [(10, Level.AMBER), (3600, Level.RED)])
def test_two_clocks_that_disagree_are_told(ahead: int, level: Level) -> None:
    class Early(Impostor):
        pass

    Early.ahead = timedelta(seconds=ahead)
    with answering(Early) as port:
        assert levels(address(Settings(), f"http://127.0.0.1:{port}"))["clocks"] is level


def certified(folder: Path, days: float) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for 127.0.0.1 that is good for so many days; and the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scoreboard test")])
    now = datetime.now(UTC)
    issued = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority, chain = folder / "authority.pem", folder / "chain.pem"
    authority.write_bytes(issued.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(authority.read_bytes() + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, authority


@pytest.mark.parametrize(("days", "level"), [(90, Level.GREEN), (5, Level.AMBER), (-1, Level.RED)])
def test_a_certificate_is_good_for_long_or_short_or_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: float, level: Level
) -> None:
    context, authority = certified(tmp_path, days)
    monkeypatch.setattr(ssl, "create_default_context", lambda: ssl_that_trusts(authority))
    with answering(Impostor, context) as port:
        assert levels(certificate("127.0.0.1", port)) == {"certificate": level}


def ssl_that_trusts(authority: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority)
    return context


def test_a_certificate_that_nobody_knows_is_red(tmp_path: Path) -> None:
    context, _ = certified(tmp_path, 90)
    with answering(Impostor, context) as port:
        (found,) = certificate("127.0.0.1", port)
    assert (found.level, "self-signed" in found.words or "self signed" in found.words) == (Level.RED, True)
