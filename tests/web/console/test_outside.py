"""A provider of our own, and all the ways in which what comes from it can be wrong."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import uvicorn
from authlib.common.encoding import to_unicode, urlsafe_b64encode
from joserfc import jwt
from joserfc.jwk import ECKey
from serving import Served, free_server, serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from scoreboard.judging.staff import organisers, outside
from scoreboard.settings import Settings
from scoreboard.web.console.outside import BEGUN_BY_ADDRESS

CLIENT = "scoreboard"
SECRET = "a secret of the two"
SUBJECT = "person-7"


@dataclass
class Issuer:
    """A provider. `claims` are laid over those of a right token, `said` over what it says of itself."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    signing: ECKey | None = None
    header: dict[str, str] = field(default_factory=lambda: {"alg": "ES256", "kid": "one"})
    claims: dict[str, Any] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    port: int = 0
    asked: dict[str, str] = field(default_factory=dict)  # what the browser was sent with

    @property
    def name(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def about(self, _request: Request) -> JSONResponse:
        places = {name: f"{self.name}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        return JSONResponse({"issuer": self.name, **places, **self.said})

    async def keys(self, _request: Request) -> JSONResponse:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def moved(self, _request: Request) -> RedirectResponse:
        return RedirectResponse(f"{self.name}/jwks_uri")

    async def token(self, request: Request) -> JSONResponse:
        form = {name: str(value) for name, value in (await request.form()).items()}
        challenge = to_unicode(urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()))
        right = (
            form["code"] == "good"
            and challenge.rstrip("=") == self.asked["code_challenge"]
            and form["redirect_uri"] == self.asked["redirect_uri"]
            and form["client_secret"] == SECRET
        )
        if not right:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.name, "sub": SUBJECT, "aud": CLIENT, "iat": now, "exp": now + 300, "auth_time": now}
        claims |= {"nonce": self.asked["nonce"], **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        return JSONResponse({"id_token": jwt.encode(self.header, claims, self.signing or self.key)})


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    found = Issuer()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", found.about),
            Route("/jwks_uri", found.keys),
            Route("/moved", found.moved),
            Route("/token_endpoint", found.token, methods=["POST"]),
        ]
    )
    async with free_server(uvicorn.Config(app, log_config=None, log_level="warning")) as port:
        found.port = port
        yield found


@pytest.fixture
async def served(database_path: str, issuer: Issuer) -> AsyncIterator[Served]:
    settings = Settings(
        database=database_path,
        backups="off",
        language="en",
        oidc_issuer=issuer.name,
        oidc_client=CLIENT,
        oidc_secret=SECRET,
        oidc_name="Ministry",
    )
    async with serving(settings) as served:
        olga = await served.database.write(organisers.add_organiser, "olga", "")
        await served.database.write(outside.connect, olga.id or 0, issuer.name, SUBJECT)
        yield served


async def sent(browser: httpx2.AsyncClient, issuer: Issuer, address: str = "/console/outside?back=/console") -> None:
    """Follow the button to the provider, as far as the provider."""
    answer = await browser.get(address)
    assert answer.status_code == 303
    where = urlsplit(answer.headers["location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"{issuer.name}/authorization_endpoint"
    issuer.asked = {name: values[0] for name, values in parse_qs(where.query).items()}


async def back(browser: httpx2.AsyncClient, issuer: Issuer, **other: str) -> httpx2.Response:
    """Come back from the provider."""
    query = {"code": "good", "state": issuer.asked["state"], **other}
    return await browser.get("/console/outside/back", params=query)


async def let_in(browser: httpx2.AsyncClient) -> bool:
    return (await browser.get("/console")).status_code == 200


async def test_who_is_known_to_the_provider_comes_in(served: Served, issuer: Issuer) -> None:
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        assert "Sign in with" in (await browser.get("/console/sign-in")).text
        await sent(browser, issuer)
        assert issuer.asked["redirect_uri"] == f"{served.url}/console/outside/back"
        assert issuer.asked["code_challenge_method"] == "S256"
        answer = await back(browser, issuer)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        assert await let_in(browser)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": "another-client", "azp": CLIENT},
        {"aud": ["another-client", "and-another"], "azp": CLIENT},
        {"aud": None},
        {"exp": 1_000_000_000},
        {"iat": None},
        {"sub": ""},
        {"sub": None},
        {"sub": "person-8"},
        {"aud": [CLIENT, "another"], "azp": "another"},
    ],
)
async def test_a_token_that_is_not_for_this_sign_in_opens_nothing(
    served: Served, issuer: Issuer, claims: dict[str, Any]
) -> None:
    issuer.claims = claims
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        await sent(browser, issuer)
        assert (await back(browser, issuer)).status_code == 401
        assert not await let_in(browser)


async def test_a_token_of_another_key_opens_nothing(served: Served, issuer: Issuer) -> None:
    issuer.signing = ECKey.generate_key("P-256", {"kid": "one"})
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        await sent(browser, issuer)
        assert (await back(browser, issuer)).status_code == 401


@pytest.mark.parametrize(
    "query", [{"state": "another"}, {"state": ""}, {"iss": "https://evil.example"}, {"code": "bad"}, {"code": ""}]
)
async def test_an_answer_that_was_not_asked_for_opens_nothing(
    served: Served, issuer: Issuer, query: dict[str, str]
) -> None:
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        await sent(browser, issuer)
        assert (await back(browser, issuer, **query)).status_code == 401
        assert not await let_in(browser)


async def test_an_answer_is_good_once_and_in_the_browser_that_asked(served: Served, issuer: Issuer) -> None:
    async with (
        httpx2.AsyncClient(timeout=60, base_url=served.url) as browser,
        httpx2.AsyncClient(timeout=60, base_url=served.url) as other,
    ):
        await sent(browser, issuer)
        cookie = browser.cookies["outside"]
        assert (await back(other, issuer)).status_code == 401
        assert (await back(browser, issuer)).status_code == 303
        browser.cookies.set("outside", cookie)
        assert (await back(browser, issuer)).status_code == 401


async def test_a_code_is_worth_nothing_without_the_verifier_that_it_was_asked_with(
    served: Served, issuer: Issuer
) -> None:
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        await sent(browser, issuer)
        issuer.asked["code_challenge"] = "of-another-browser"
        assert (await back(browser, issuer)).status_code == 401


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
async def test_a_provider_that_says_something_else_of_itself_is_not_followed(
    served: Served, issuer: Issuer, said: dict[str, str]
) -> None:
    issuer.said = said
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        answer = await browser.get("/console/outside")
    assert (answer.status_code, "location" in answer.headers) == (401, False)


async def test_a_provider_that_sends_on_is_not_followed(served: Served, issuer: Issuer) -> None:
    issuer.said = {"jwks_uri": f"{issuer.name}/moved"}
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        await sent(browser, issuer)
        assert (await back(browser, issuer)).status_code == 401


async def test_signing_in_there_leads_to_no_other_site(served: Served, issuer: Issuer) -> None:
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        await sent(browser, issuer, "/console/outside?back=https://evil.example")
        assert (await back(browser, issuer)).headers["location"] == "/console"


async def test_sign_ins_are_not_begun_without_end(served: Served) -> None:
    """Each is stored, and asks the provider."""
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        told = [(await browser.get("/console/outside")).status_code for _ in range(BEGUN_BY_ADDRESS + 2)]
    assert told == [303] * BEGUN_BY_ADDRESS + [429, 429]


async def test_an_account_is_connected_by_who_is_signed_in(served: Served, issuer: Issuer) -> None:
    issuer.claims = {"sub": "person-9"}
    omar = await served.database.write(organisers.add_organiser, "omar", "")
    secret = await served.database.write(organisers.issue_one_time_link, omar.id or 0)
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        await browser.post("/console/enter", data={"secret": secret})
        await sent(browser, issuer, "/console/account/connect")
        assert (issuer.asked["prompt"], issuer.asked["max_age"]) == ("login", "0")
        assert (await back(browser, issuer)).headers["location"] == "/console/account"
        assert "Your account is connected" in (await browser.get("/console/account")).text


async def test_a_confirmation_needs_a_sign_in_of_the_last_minutes_by_the_same_person(
    served: Served, issuer: Issuer
) -> None:
    async with httpx2.AsyncClient(timeout=60, base_url=served.url) as browser:
        await sent(browser, issuer)
        await back(browser, issuer)
        hour = 3600
        for claims in (
            {"auth_time": int(time.time()) - hour},
            {"auth_time": int(time.time()) + hour},
            {"auth_time": None},
            {"sub": "person-8"},
        ):
            issuer.claims = claims
            await sent(browser, issuer, "/console/confirm/outside?back=/console/account")
            assert (await back(browser, issuer)).status_code == 401
        issuer.claims = {}
        await sent(browser, issuer, "/console/confirm/outside?back=/console/account")
        before = browser.cookies["console"]
        assert (await back(browser, issuer)).headers["location"] == "/console/account"
        assert browser.cookies["console"] != before
