"""How judges came in: links, devices, PINs. A link opens one device by itself, and each further one with a PIN."""

from datetime import datetime, timedelta
from typing import Any, Final

from scoreboard.judging.pairing.pins import ALARMED, ISSUED, LIVES, SPENT
from scoreboard.judging.verification.chain import Recorded
from scoreboard.judging.verification.replay.course import Course, DeviceCourse, LinkCourse
from scoreboard.judging.verification.replay.roster import Rule, key_of
from scoreboard.judging.verification.verdict import Illegal

LATE: Final = timedelta(seconds=60)  # between looking at a PIN and writing the entry


def link_issued(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge gets a link; the one before it has been revoked."""
    key, links = links_of(course, entry)
    if payload["link"] in links or any(link.good for link in links.values()):
        raise Illegal("Judge %(judge)s was given a second link while the first one was good.", judge=key)
    links[payload["link"]] = LinkCourse()


def link_revoked(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge's link ends, and with it everything that came of it."""
    key, links = links_of(course, entry)
    link = links.get(payload["link"])
    if link is None or not link.good:
        raise Illegal("A link of judge %(judge)s was revoked, and there was none.", judge=key)
    link.good, link.pin = False, None
    for device in link.devices.values():
        device.good = False


def signed_in(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A judge came in by a link that was good, on a device of it; before there were devices, on any."""
    key, link = good_link(course, entry, payload)
    if "device" in payload:
        if not good_device(link, payload):
            raise Illegal("Judge %(judge)s came in on a device that was none of theirs.", judge=key)
    elif link.devices:
        raise Illegal("Judge %(judge)s came in on no device that is told of.", judge=key)
    else:
        link.loose += 1


def paired(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A device was added: the first one; or with a PIN; or one that was signed in before there were devices."""
    key, link = good_link(course, entry, payload)
    if payload["device"] in link.devices:
        raise Illegal("A device of judge %(judge)s was added a second time.", judge=key)
    if "pin" in payload:
        if link.pin is None or link.pin[0] != payload["pin"] or since(link.pin[1], entry.at) > LIVES + LATE:
            raise Illegal("A device of judge %(judge)s was added with a PIN that was not good.", judge=key)
        link.pin = None
    elif "before" in payload and link.loose > 0:
        link.loose -= 1
    elif link.devices or link.loose:
        raise Illegal("A second device of judge %(judge)s was added without a PIN.", judge=key)
    link.devices[payload["device"]] = DeviceCourse(payload["name"])


def revoked(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A device was signed out for good."""
    key, link = good_link(course, entry, payload)
    if not good_device(link, payload):
        raise Illegal("A device of judge %(judge)s was signed out, and there was none.", judge=key)
    link.devices[payload["device"]].good = False


def pin_issued(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A PIN was shown; an earlier one ends."""
    _key, link = good_link(course, entry, payload)
    link.pin = payload["pin"], entry.at


def pin_spent(course: Course, entry: Recorded, payload: dict[str, Any]) -> None:
    """A PIN ended by wrong tries."""
    key, link = good_link(course, entry, payload)
    if link.pin is None or link.pin[0] != payload["pin"]:
        raise Illegal("A PIN of judge %(judge)s was spent, and there was none.", judge=key)
    link.pin = None


def pin_alarmed(course: Course, entry: Recorded, _payload: dict[str, Any]) -> None:
    """Somebody tried PINs with a judge's badge."""
    course.judge(key_of("judge", entry))


def links_of(course: Course, entry: Recorded) -> tuple[str, dict[str, LinkCourse]]:
    """The judge whom an entry is on, and the links that the judge was given."""
    key = key_of("judge", entry)
    course.judge(key)
    return key, course.links.setdefault(key, {})


def good_link(course: Course, entry: Recorded, payload: dict[str, Any]) -> tuple[str, LinkCourse]:
    """The judge whom an entry is on, and the link that it names. Raises Illegal for one that is not good."""
    key, links = links_of(course, entry)
    link = links.get(payload["link"])
    if link is None or not link.good:
        raise Illegal("Judge %(judge)s came in without a link that was good.", judge=key)
    return key, link


def good_device(link: LinkCourse, payload: dict[str, Any]) -> bool:
    """Whether an entry names a device of a link that may still come in."""
    device = link.devices.get(payload["device"])
    return device is not None and device.good


def since(earlier: str, later: str) -> timedelta:
    """The time between two entries. Raises ValueError for what is no time."""
    return datetime.fromisoformat(later) - datetime.fromisoformat(earlier)


ENTERING: Final[dict[str, Rule]] = {
    "judge.signed_in": signed_in,
    "link.issued": link_issued,
    "link.revoked": link_revoked,
    "device.paired": paired,
    "device.revoked": revoked,
    ISSUED: pin_issued,
    SPENT: pin_spent,
    ALARMED: pin_alarmed,
}
