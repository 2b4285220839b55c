import gc
import resource
import socket
import sys

import pytest
from serving import under_way

from scoreboard.cli.serve import listening_socket, server
from scoreboard.settings import Settings
from scoreboard.wire.serving import UNANSWERED_MS, UNSENT_BYTES, Server, configuration, room_for_viewers


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other options")
def test_what_a_stalled_reader_may_cost_the_kernel_is_limited_on_every_connection() -> None:
    with listening_socket("127.0.0.1", 0) as bound, socket.create_connection(bound.getsockname()):
        accepted, _address = bound.accept()
        with accepted:
            told = [
                accepted.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_NOTSENT_LOWAT, socket.TCP_USER_TIMEOUT)
            ]
    assert told == [UNSENT_BYTES, UNANSWERED_MS]


def test_as_many_viewers_as_there_are_descriptors_for() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        assert room_for_viewers(10) == 10
        assert room_for_viewers(10**9) == (hard - 500 if hard != resource.RLIM_INFINITY else 10**9)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] in {soft, hard}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_nothing_is_believed_of_an_address_unless_a_proxy_is_named() -> None:
    app = object
    assert not configuration(app).proxy_headers
    named = configuration(app, trusted_proxies="192.0.2.1")
    assert (named.proxy_headers, named.forwarded_allow_ips) == (True, "192.0.2.1")


async def test_a_server_of_its_own_freezes_what_is_there(database_path: str) -> None:
    running = server(Settings(database=database_path), alone=True)
    assert isinstance(running, Server)
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    try:
        with listening_socket("127.0.0.1", 0) as bound:
            async with under_way(running, bound):
                assert gc.get_freeze_count() > frozen
                assert gc.get_threshold()[0] == 20_000
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
