import re

import pytest

from scoreboard.i18n import language
from scoreboard.web.judge.words import PageName, texts_for_script
from scoreboard.web.templating import Static


@pytest.mark.parametrize("code", ["ar", "en"])
@pytest.mark.parametrize("page", ["list", "card", "review", "empty"])
def test_scripts_have_every_text_in_every_form(code: str, page: PageName) -> None:
    texts = texts_for_script(language(code), page)
    categories = {"ar": ["few", "many", "one", "other", "two", "zero"], "en": ["one", "other"]}
    assert [sorted(text) for text in texts.values() if isinstance(text, dict)] == (
        [categories[code]] * 5 if page in {"list", "empty"} else []
    )
    assert [key for key, text in texts.items() if not text] == []


@pytest.mark.parametrize("page", ["list", "card", "review", "empty"])
def test_what_the_scripts_of_a_page_say_is_on_it(page: PageName) -> None:
    static = Static()
    names = ["list", "card"] if page == "empty" else [page]
    sources = "".join(static.text(path) for name in names for path in static.needs(f"js/judge/{name}.js"))
    texts = set(texts_for_script(language("en"), page))
    said = set(re.findall(r'\b(?:say|count)\("(\w+)"', sources))
    begun = set(re.findall(r"\bsay\(`(\w+)\$", sources))  # and ended by what there is to say
    assert (said != set(), said - texts) == (True, set())
    assert [start for start in begun if not any(text.startswith(start) for text in texts)] == []
    assert begun == {"list": {"late_"}, "review": set()}.get(page, {"late_", "asked_", "visit_"})
