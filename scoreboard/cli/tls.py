"""Whether a server may be started as it is set up: over TLS, behind a proxy, for this machine, or knowingly without."""

import ssl
from ipaddress import ip_address

from scoreboard.errors import Unusable
from scoreboard.settings import Settings


def check_transport(settings: Settings) -> None:
    """Refuse to send passwords and scores through a network as they are, unless that is asked for. Raises Unusable."""
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        raise Unusable("TLS needs both: a certificate (--tls-cert) and its key (--tls-key).")
    if settings.tls_certificate:
        check_certificate(settings)
    elif not (settings.insecure_lan or settings.trusted_proxies or only_this_machine(settings.host)):
        raise Unusable(
            "Without TLS everybody in the network of %(host)s could read passwords and scores. Give a certificate "
            "(--tls-cert, --tls-key), name the proxy in front (SCOREBOARD_TRUSTED_PROXIES), or say --insecure-lan: "
            "then every page says so.",
            host=settings.host,
        )


def check_certificate(settings: Settings) -> None:
    """Read the certificate and its key as the server will. Raises Unusable."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_certificate, settings.tls_key)
    except (OSError, ssl.SSLError) as failure:
        raise Unusable(
            "The certificate %(certificate)s and the key %(key)s cannot be used: %(words)s.",
            certificate=settings.tls_certificate,
            key=settings.tls_key,
            words=failure.strerror or str(failure),
        ) from failure


def only_this_machine(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
