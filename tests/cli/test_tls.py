"""Over TLS, behind a proxy, for this machine alone, or knowingly without."""

import asyncio
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from serving import serving

from scoreboard.cli.main import commands
from scoreboard.cli.tls import check_transport
from scoreboard.errors import Unusable
from scoreboard.judging.staff import organisers
from scoreboard.settings import Settings


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(chain), str(private)


async def test_over_tls_cookies_are_bound_to_the_host_and_browsers_stay_with_tls(
    database_path: str, certificate: tuple[str, str]
) -> None:
    chain, key = certificate
    settings = Settings(database=database_path, backups="off", language="en", tls_certificate=chain, tls_key=key)
    trusted = ssl.create_default_context(cafile=chain)
    async with (
        serving(settings) as served,
        httpx2.AsyncClient(timeout=60, base_url=served.url.replace("http:", "https:"), verify=trusted) as browser,
    ):
        answer = await browser.get("/")
        assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
        added = await served.database.write(organisers.add_organiser, "olga", "")
        secret = await served.database.write(organisers.issue_one_time_link, added.id or 0)
        entered = await browser.post("/console/enter", data={"secret": secret})
        cookie = entered.headers["set-cookie"]
        assert cookie.startswith("__Host-console=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert (await browser.get("/console")).status_code == 200


async def test_every_cookie_is_bound_to_the_host(database_path: str, certificate: tuple[str, str]) -> None:
    chain, key = certificate
    settings = Settings(database=database_path, backups="off", language="en", tls_certificate=chain, tls_key=key)
    trusted = ssl.create_default_context(cafile=chain)
    async with (
        serving(settings) as served,
        httpx2.AsyncClient(timeout=60, base_url=served.url.replace("http:", "https:"), verify=trusted) as browser,
    ):
        chosen = await browser.post("/language", data={"language": "ar"})
        assert chosen.headers["set-cookie"].startswith("__Host-language=ar; ")
        assert 'lang="ar"' in (await browser.get("/")).text


@pytest.mark.parametrize(
    ("newest", "ciphers", "spoken"),
    [
        (ssl.TLSVersion.TLSv1_3, "DEFAULT", "TLSv1.3"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA", None),
        (ssl.TLSVersion.TLSv1_1, "DEFAULT:@SECLEVEL=0", None),
    ],
)
async def test_tls_is_spoken_as_it_is_spoken_now(
    database_path: str, certificate: tuple[str, str], newest: ssl.TLSVersion, ciphers: str, spoken: str | None
) -> None:
    chain, key = certificate
    settings = Settings(database=database_path, backups="off", tls_certificate=chain, tls_key=key)
    asking = ssl.create_default_context(cafile=chain)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is too old is the point
        asking.minimum_version, asking.maximum_version = ssl.TLSVersion.TLSv1_1, newest
    asking.set_ciphers(ciphers)
    async with serving(settings) as served:
        host, _, port = served.url.removeprefix("http://").partition(":")
        try:
            _, writer = await asyncio.open_connection(host, int(port), ssl=asking)
        except (ssl.SSLError, ConnectionResetError):
            assert spoken is None
        else:
            assert writer.get_extra_info("ssl_object").version() == spoken
            writer.close()


async def test_what_asks_without_tls_is_not_answered_there_and_not_sent_elsewhere(
    database_path: str, certificate: tuple[str, str]
) -> None:
    chain, key = certificate
    settings = Settings(database=database_path, backups="off", tls_certificate=chain, tls_key=key)
    async with serving(settings) as served:
        host, _, port = served.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /judge HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: judge=secret\r\n\r\n")
        assert b"HTTP" not in await reader.read()
        writer.close()


async def test_without_tls_nothing_is_promised(database_path: str) -> None:
    settings = Settings(database=database_path, backups="off", language="en", insecure_lan=True)
    async with serving(settings) as served, httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        for address in ("/", "/j", "/console/sign-in", "/nowhere", "/verify"):
            answer = await browser.get(address)
            assert "strict-transport-security" not in answer.headers
            assert "This network is not protected" in answer.text
            assert "هذه الشبكة غير محمية" in (await browser.get(f"{address}?lang=ar")).text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "score.example"])
def test_a_whole_network_is_not_served_without_tls_by_accident(database_path: str, host: str) -> None:
    result = CliRunner().invoke(commands, ["serve", "--database", database_path, "--host", host, "--port", "0"])
    assert result.exit_code == 1
    assert "--insecure-lan" in result.stderr


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(host="localhost"),
        Settings(host="::1"),
        Settings(host="0.0.0.0", insecure_lan=True),
        Settings(host="0.0.0.0", trusted_proxies="192.0.2.7"),
    ],
)
def test_what_is_meant_is_served(settings: Settings) -> None:
    check_transport(settings)


def test_a_certificate_comes_with_its_key(certificate: tuple[str, str], tmp_path: Path) -> None:
    chain, key = certificate
    check_transport(Settings(host="0.0.0.0", tls_certificate=chain, tls_key=key))
    for wrong in ({"tls_certificate": chain}, {"tls_key": key}, {"tls_certificate": chain, "tls_key": chain}):
        with pytest.raises(Unusable):
            check_transport(Settings(**wrong))
    with pytest.raises(Unusable, match="cannot be used"):
        check_transport(Settings(tls_certificate=str(tmp_path / "none.pem"), tls_key=key))
