"""event.toml: the event, its rounds with their rubrics, organisations, tracks and awards."""

import re
from dataclasses import dataclass
from zoneinfo import available_timezones

from scoreboard.exchange.folder.files import EVENT, LONG, Folder, listed, shortened
from scoreboard.exchange.folder.sections import Section, open_toml
from scoreboard.judging.setup.changes import spelled
from scoreboard.judging.setup.description import AwardForm, CriterionForm, EventForm, Level, NamedForm, RoundForm
from scoreboard.judging.setup.faults import nearest
from scoreboard.models import LONGEST_VISIT
from scoreboard.scoring.normalise import METHODS
from scoreboard.scoring.standings import keys_of

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 64

KeyedSections = list[tuple[str, Section]]


@dataclass(frozen=True)
class Keys:
    """What other files may refer to; None where event.toml could not be read, so that nothing can be said."""

    organisations: tuple[str, ...] | None = None
    tracks: tuple[str, ...] | None = None
    rounds: tuple[str, ...] | None = None


def read_event(folder: Folder) -> tuple[EventForm | None, Keys]:
    """Read event.toml into a form without people, and the keys that it declares."""
    text = folder.text(EVENT)
    section = None if text is None else open_toml(text, folder.faults, EVENT)
    if section is None:
        return None, Keys()
    name_en, name_ar = section.words("name")
    place_en, place_ar = section.words("place", required=False)
    starts_on, ends_on = section.day("starts_on"), section.day("ends_on")
    if section.sound("starts_on", "ends_on") and ends_on < starts_on:
        section.refuse(
            "ends_on",
            "The event ends on %(found)s, before it starts on %(starts_on)s.",
            found=ends_on.isoformat(),
            starts_on=starts_on.isoformat(),
        )
    rounds = keyed(section.sections("rounds", required=True))
    organisations = keyed(section.sections("organisations"))
    tracks = keyed(section.sections("tracks"))
    track_keys = keys(tracks)
    form = EventForm(
        slug=read_slug(section),
        name_en=name_en,
        name_ar=name_ar,
        place_en=place_en,
        place_ar=place_ar,
        starts_on=starts_on,
        ends_on=ends_on,
        time_zone=read_time_zone(section),
        language=section.choice("language", ("ar", "en")),
        digits=section.choice("digits", ("latn", "arab"), "latn"),
        four_eyes=section.flag("four_eyes"),
        rounds=tuple(read_round(key, part) for key, part in rounds),
        organisations=tuple(read_named(key, part) for key, part in organisations),
        tracks=tuple(read_named(key, part) for key, part in tracks),
        awards=tuple(read_award(key, part, track_keys) for key, part in keyed(section.sections("awards"))),
        teams=(),
        judges=(),
        conflicts=(),
        assignments=None,
    )
    section.close()
    return form, Keys(keys(organisations), track_keys, keys(rounds))


def keyed(sections: list[Section]) -> KeyedSections:
    """Read the key of each section; no two may have the same."""
    seen: set[str] = set()
    found = []
    for section in sections:
        key = section.key()
        if section.sound("key") and key in seen:
            section.refuse("key", "The key %(found)s is used twice; each needs its own.", found=key)
        seen.add(key)
        found.append((key, section))
    return found


def keys(sections: KeyedSections) -> tuple[str, ...]:
    """Give the keys that may be referred to."""
    return tuple(dict.fromkeys(key for key, _ in sections if key))


def read_slug(section: Section) -> str:
    """Read the event's own part of its addresses."""
    slug = section.string("slug", 'slug = "services-2026"', limit=LONGEST_SLUG)
    if section.sound("slug") and not SLUG.fullmatch(slug):
        section.refuse(
            "slug",
            "%(found)s cannot be part of an address: use small letters a-z and digits, with - between words.",
            found=shortened(slug),
        )
    return slug


def read_time_zone(section: Section) -> str:
    """Read the zone in which the event's times are shown."""
    zone = section.string("time_zone", 'time_zone = "Asia/Qatar"')
    known = available_timezones()
    if section.sound("time_zone") and zone not in known:
        section.refuse(
            "time_zone",
            "There is no time zone %(found)s. Zones have names such as Asia/Qatar; the most alike are: %(known)s.",
            found=shortened(zone),
            known=nearest(zone, sorted(name for name in known if "/" in name)),
        )
    return zone


def read_named(key: str, section: Section) -> NamedForm:
    """Read an organisation or a track."""
    name_en, name_ar = section.words("name")
    section.close()
    return NamedForm(key, name_en, name_ar)


def read_award(key: str, section: Section, tracks: tuple[str, ...]) -> AwardForm:
    """Read a prize."""
    name_en, name_ar = section.words("name")
    track = section.string("track", 'track = "…"', required=False)
    if track and section.sound("track") and track not in tracks:
        section.refuse(
            "track",
            "There is no track %(found)s in event.toml; there are: %(known)s.",
            found=shortened(track),
            known=nearest(track, tracks),
        )
    places = section.whole("places", 1, 1)
    section.close()
    return AwardForm(key, name_en, name_ar, track, places)


def read_round(key: str, section: Section) -> RoundForm:
    """Read a round with its rubric."""
    name_en, name_ar = section.words("name")
    rule = section.choice("rule", tuple(METHODS), "adaptive")
    beside = section.choice("beside", tuple(METHODS), "")
    if beside == rule and section.sound("beside", "rule"):
        section.refuse("beside", "%(found)s decides already; another method can be shown beside it.", found=beside)
    minimum_ballots = section.whole("minimum_ballots", 1, 1)
    ballots_per_team = section.whole("ballots_per_team", 0, 0)
    if section.sound("minimum_ballots", "ballots_per_team") and 0 < ballots_per_team < minimum_ballots:
        section.refuse(
            "minimum_ballots",
            "More ballots are needed for a rank (%(found)s) than judges see a team (%(ballots_per_team)s).",
            found=minimum_ballots,
            ballots_per_team=ballots_per_team,
        )
    visit_minutes = section.whole("visit_minutes", 0, 0, LONGEST_VISIT)
    criteria = keyed(section.sections("criteria", required=True))
    forms = tuple(read_criterion(criterion_key, part) for criterion_key, part in criteria)
    precedence = read_precedence(section, keys(criteria))
    section.close()
    return RoundForm(
        key, name_en, name_ar, rule, beside, minimum_ballots, ballots_per_team, precedence, forms, visit_minutes
    )


def read_precedence(section: Section, criteria: tuple[str, ...]) -> tuple[str, ...]:
    """Read what decides between teams, in order."""
    precedence = section.strings("precedence", ("total",))
    known = keys_of(criteria)
    for found in precedence:
        if found not in known:
            section.refuse(
                "precedence",
                "%(found)s cannot decide a rank; there are: %(known)s.",
                found=shortened(found),
                known=nearest(found, known),
            )
    if len(set(precedence)) < len(precedence):
        section.refuse("precedence", "The same key stands twice in: %(found)s.", found=listed(precedence))
    if precedence[0] != known[0] and section.sound("precedence"):
        section.refuse(
            "precedence",
            "%(found)s comes first, but ranks begin with %(expected)s.",
            found=precedence[0],
            expected=known[0],
        )
    return precedence


def read_criterion(key: str, section: Section) -> CriterionForm:
    """Read what is scored, on which scale."""
    name_en, name_ar = section.words("name")
    description_en, description_ar = section.words("description", required=False, limit=LONG)
    weight = section.number("weight", "weight = 1")
    if section.sound("weight") and weight <= 0:
        section.refuse("weight", "The weight is %(found)s; it must be above 0.", found=spelled(weight))
    minimum = section.number("minimum", "minimum = 0")
    maximum = section.number("maximum", "maximum = 10")
    step = section.number("step", "step = 1")
    if section.sound("minimum", "maximum") and maximum <= minimum:
        section.refuse(
            "maximum",
            "The maximum is %(found)s; it must be above the minimum, %(minimum)s.",
            found=spelled(maximum),
            minimum=spelled(minimum),
        )
    if section.sound("step") and step <= 0:
        section.refuse("step", "The step is %(found)s; it must be above 0.", found=spelled(step))
    if section.sound("minimum", "maximum", "step") and (maximum - minimum) % step != 0:
        section.refuse(
            "step",
            "Steps of %(found)s do not lead from %(minimum)s to %(maximum)s.",
            found=spelled(step),
            minimum=spelled(minimum),
            maximum=spelled(maximum),
        )
    form = CriterionForm(
        key, name_en, name_ar, description_en, description_ar, weight, minimum, maximum, step, read_levels(section)
    )
    check_levels(section, form)
    section.close()
    return form


def read_levels(section: Section) -> tuple[Level, ...]:
    """Read what the values of a scale mean."""
    levels = []
    for part in section.sections("levels"):
        value = part.number("value", "value = 10")
        english = part.string("en", 'en = "…"', required=False, limit=LONG)
        arabic = part.string("ar", 'ar = "…"', required=False, limit=LONG)
        if not english and not arabic and part.sound("en", "ar"):
            part.at().fault(
                "There must be a text in one language at least: %(example)s",
                example='{ value = 10, en = "…", ar = "…" }',
            )
        part.close()
        if not part.wrong:
            levels.append(Level(value, english, arabic))
    return tuple(levels)


def check_levels(section: Section, form: CriterionForm) -> None:
    """Hold each level against the scale."""
    if not section.sound("minimum", "maximum", "step"):
        return
    seen = set()
    for level in form.levels:
        found = spelled(level.value)
        if not form.minimum <= level.value <= form.maximum or (level.value - form.minimum) % form.step != 0:
            section.at("levels").fault(
                "There is a text for %(found)s, which is not on the scale: %(minimum)s to %(maximum)s in steps of "
                "%(step)s.",
                found=found,
                minimum=spelled(form.minimum),
                maximum=spelled(form.maximum),
                step=spelled(form.step),
            )
        if level.value in seen:
            section.at("levels").fault("There are two texts for %(found)s; one is enough.", found=found)
        seen.add(level.value)
