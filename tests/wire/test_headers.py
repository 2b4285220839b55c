from scoreboard.wire.headers import HEADERS, STRICT_TRANSPORT, of_refusal


def test_a_refusal_may_load_and_run_nothing_and_is_kept_by_nobody() -> None:
    headers = of_refusal(secure=False)
    assert headers == {
        **HEADERS,
        "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
    }


def test_over_tls_browsers_are_told_to_stay_with_it() -> None:
    assert of_refusal(secure=True)["strict-transport-security"] == STRICT_TRANSPORT
