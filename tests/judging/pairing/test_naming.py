import pytest
from pairs import ANDROID, IPHONE

from scoreboard.judging.pairing.naming import device_name

SAMSUNG = (
    "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36"
)
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/127.0.0.0 Safari/537.36 Edg/127.0.0.0"
IPAD_CHROME = (
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/127.0 Mobile/15E148 Safari/604.1"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (IPHONE, "iPhone, Safari"),
        (ANDROID, "Android, Chrome"),
        (SAMSUNG, "Android, Samsung Internet"),
        (EDGE, "Windows, Edge"),
        (IPAD_CHROME, "iPad, Chrome"),
        (FIREFOX, "Linux, Firefox"),
        (MAC, "Mac, Safari"),
        ("Android", "Android"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_by_its_system_and_its_browser(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_nothing_of_what_a_browser_says_is_repeated() -> None:
    assert device_name("iPhone <script>alert(1)</script> Safari/1") == "iPhone, Safari"
