"""OpenID Connect: what the organisation's own provider is asked, and what of its answers is believed.

The code flow with PKCE, state and nonce. Every answer must name the issuer that is set, and be signed by a key that the
issuer publishes; an address of the provider's is only followed if it is as well protected as the issuer's.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import TypeAdapter

from scoreboard.judging.staff.outside import Begun, failed
from scoreboard.settings import Settings
from scoreboard.web.addresses import LOOPBACK

SECONDS: Final = 5.0
LEEWAY: Final = 60  # seconds by which clocks may differ
FRESH: Final = 300  # seconds since the person showed the provider who they are
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")  # none with a shared secret, and not "none"
OBJECT: Final = TypeAdapter(dict[str, Any])
MALFORMED: Final = (JoseError, ValueError, KeyError, TypeError, httpx2.HTTPError)


@dataclass(frozen=True)
class Known:
    """Who a person is at the provider, and when they last showed it that (seconds; 0 where that is not said)."""

    issuer: str
    subject: str
    at: float


class Provider:
    """The provider that the settings name. `redirect` is the one address of ours that it may send people back to."""

    def __init__(self, settings: Settings, redirect: str, client: httpx2.AsyncClient) -> None:
        self.settings = settings
        self.redirect = redirect
        self.client = client

    async def address(self, begun: Begun, *, fresh: bool) -> str:
        """Where the browser is sent; `fresh`: the provider is to ask the person again. Raises NotSignedIn."""
        about = await self.about()
        query = {
            "response_type": "code",
            "client_id": self.settings.oidc_client,
            "redirect_uri": self.redirect,
            "scope": "openid",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": create_s256_code_challenge(begun.verifier),
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if fresh else {}),
        }
        return f"{about['authorization_endpoint']}?{urlencode(query)}"

    def check_sender(self, issuer: str | None) -> None:
        """Refuse what another provider sends where this one was asked (RFC 9207). Raises NotSignedIn."""
        if issuer not in {None, self.settings.oidc_issuer}:
            raise failed()

    async def known(self, code: str, nonce: str, verifier: str) -> Known:
        """Exchange a code for who the person is. Raises NotSignedIn."""
        about = await self.about()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect,
            "client_id": self.settings.oidc_client,
            "code_verifier": verifier,
        }
        secret = self.settings.oidc_secret
        try:
            answer = await self.client.post(
                about["token_endpoint"], data=form | ({"client_secret": secret} if secret else {}), timeout=SECONDS
            )
            token = answer.raise_for_status().json()["id_token"]
            keys = KeySet.import_key_set(await self.read(about["jwks_uri"]))
            return self.believed(token, keys, nonce)
        except MALFORMED as failure:
            raise failed() from failure

    def believed(self, token: str, keys: KeySet, nonce: str) -> Known:
        """Hold an ID token to all that it must be. Raises JoseError, ValueError."""
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        issuer, client = self.settings.oidc_issuer, self.settings.oidc_client
        options = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client}}
        claims = CodeIDToken(decoded.claims, decoded.header, options, {"nonce": nonce, "client_id": client})
        claims.validate(leeway=LEEWAY)
        subject = decoded.claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise ValueError("no subject")
        return Known(issuer, subject, float(decoded.claims.get("auth_time", 0)))

    async def about(self) -> dict[str, Any]:
        """Read what the provider says of itself (OpenID Connect Discovery). Raises NotSignedIn."""
        try:
            told: dict[str, Any] = await self.read(
                f"{self.settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
            )
            if told["issuer"] != self.settings.oidc_issuer:
                raise ValueError("another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                check_protected(str(told[name]))
        except MALFORMED as failure:
            raise failed() from failure
        return told

    async def read(self, address: str) -> Any:
        """Read a JSON object. Raises ValueError, httpx2.HTTPError."""
        answer = await self.client.get(address, timeout=SECONDS)
        return OBJECT.validate_python(answer.raise_for_status().json())


def check_protected(address: str) -> None:
    """Refuse an address that is asked without TLS, unless it is this machine's. Raises ValueError."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError(f"not protected: {address}")
