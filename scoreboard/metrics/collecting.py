"""Every metric there is. Nothing is kept for them: the running parts are asked when somebody asks.

Summaries have the quantiles of the last five minutes, and count and sum since the start. Times are in seconds.
"""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from scoreboard import __version__
from scoreboard.database import Database
from scoreboard.figures.distribution import Distribution
from scoreboard.figures.figures import CONSOLE, PUBLIC, Figures
from scoreboard.keeping.keeper import Keeper
from scoreboard.live.hub import Hub
from scoreboard.live.messages import console
from scoreboard.live.publisher import Publisher

PREFIX = "scoreboard_"

Labels: TypeAlias = tuple[str, ...]  # their values, in the order of their names
Numbers: TypeAlias = Mapping[Labels, float]


@dataclass(frozen=True)
class Parts:
    """The parts of a running process that are asked."""

    figures: Figures
    database: Database
    hub: Hub
    publisher: Publisher
    keeper: Keeper


class Asking(Collector):
    """Asks the parts."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def collect(self) -> Iterator[Metric]:
        """Give every metric as it is now."""
        yield InfoMetricFamily(f"{PREFIX}build", "The version that runs.", {"version": __version__})
        yield from self.times()
        yield from self.viewers()
        yield from self.counts()
        yield from self.events()
        yield gauge("writer_waiting", "Pieces of work that wait to be stored.", self.parts.database.waiting)
        yield gauge("gc_frozen_objects", "Objects that the collector does not look at.", gc.get_freeze_count())
        age = self.parts.keeper.seconds_since()
        if age is not None:
            yield gauge("backup_age_seconds", "Since the last copy of the database was made by itself.", age)

    def times(self) -> Iterator[Metric]:
        """How long things take."""
        figures = self.parts.figures
        answer = "From a ballot read to its answer written."
        pushed = "From a ballot read to every viewer of the topic written a state with it."
        shown = "From a state published to a screen in the hall saying that it shows it."
        yield summary("ballot_answer_seconds", answer, {(): figures.answered})
        topics: dict[Labels, Distribution] = {(topic,): times for topic, times in figures.pushed.items()}
        yield summary("tap_to_push_seconds", pushed, topics, "topic")
        yield summary("push_to_screen_seconds", shown, {(): figures.shown})
        yield summary("loop_late_seconds", "By how much the event loop is late.", {(): figures.late})
        yield summary("commit_seconds", "Of a commit, with the disk.", {(): figures.committed})
        yield summary("commit_pieces", "Pieces of work that were stored in one commit.", {(): figures.together})

    def viewers(self) -> Iterator[Metric]:
        """Who watches, and what they were sent."""
        hub = self.parts.hub
        here, held, frames, size = (Counter[Labels]() for _ in range(4))
        for name, pushed in hub.pushed().items():
            kind = CONSOLE if name.startswith(console(0)[:-1]) else PUBLIC
            first = hub.first(name)
            here[kind, "first"] += first
            here[kind, "others"] += hub.subscribers(name) - first
            held[kind,] += hub.held(name)
            frames[kind,] += pushed.frames
            size[kind,] += pushed.size
        yield labelled(
            "viewers", "Connected: those who are told first (screens, organisers), and others.", here, "topic", "group"
        )
        yield labelled("viewers_paused", "Connected, and taking nothing just now.", held, "topic")
        yield counted("pushed_frames", "Messages written to viewers.", frames, "topic")
        yield counted("pushed_bytes", "Bytes written to viewers.", size, "topic")
        words: Numbers = {(shows,): count for shows, count in self.parts.figures.words.items()}
        yield counted(
            "viewer_words", "Viewers saying what they show: the current state, or one behind.", words, "shows"
        )
        cut: Numbers = {(reason,): count for reason, count in self.parts.figures.cut.items()}
        yield counted("connections_cut", "Connections that the server ended, by the reason.", cut, "reason")

    def counts(self) -> Iterator[Metric]:
        """What was answered, and what was refused."""
        figures = self.parts.figures
        answers: Numbers = {
            (kind.method, kind.route, str(kind.status)): count for kind, count in figures.answers.items()
        }
        yield counted("answers", "Requests that were answered.", answers, "method", "route", "status")
        refusals: Numbers = {(code,): count for code, count in figures.refusals.items()}
        yield counted("refusals", "Requests and sockets that were refused, by the error's code.", refusals, "code")

    def events(self) -> Iterator[Metric]:
        """How far each event is that somebody has looked at since the start."""
        sequences: dict[Labels, float] = {}
        versions: dict[Labels, float] = {}
        for desk in self.parts.publisher.desks.values():
            if desk.shown is not None:
                slug = desk.shown.roster.roster.event.slug
                versions[slug, PUBLIC] = desk.shown.standings.version
                if desk.console is not None:
                    versions[slug, CONSOLE] = desk.console.version
                    sequences[slug,] = desk.sequence
        yield labelled("event_sequence", "The newest ledger entry that organisers were told of.", sequences, "event")
        yield labelled("topic_version", "The version of the state that is published.", versions, "event", "topic")


def summary(name: str, words: str, spreads: Mapping[Labels, Distribution], *labels: str) -> Metric:
    """A summary of distributions, by the values of their labels."""
    metric = Metric(PREFIX + name, words, "summary")
    for values, distribution in spreads.items():
        named = dict(zip(labels, values, strict=True))
        recent, ever = distribution.recent(), distribution.all()
        for quantile, value in (("0.5", recent.p50), ("0.95", recent.p95), ("0.99", recent.p99)):
            metric.add_sample(PREFIX + name, {**named, "quantile": quantile}, float("nan") if value is None else value)
        metric.add_sample(f"{PREFIX}{name}_count", named, ever.count)
        metric.add_sample(f"{PREFIX}{name}_sum", named, ever.total)
    return metric


def gauge(name: str, words: str, value: float) -> Metric:
    """One number that goes up and down."""
    return GaugeMetricFamily(PREFIX + name, words, value)


def labelled(name: str, words: str, values: Numbers, *labels: str) -> Metric:
    """Such numbers, by the values of their labels."""
    return filled(GaugeMetricFamily(PREFIX + name, words, labels=labels), values.items())


def counted(name: str, words: str, values: Numbers, *labels: str) -> Metric:
    """Numbers that only go up, by the values of their labels; ``_total`` is added to the name."""
    return filled(CounterMetricFamily(PREFIX + name, words, labels=labels), values.items())


def filled(metric: GaugeMetricFamily | CounterMetricFamily, values: Iterable[tuple[Labels, float]]) -> Metric:
    """A metric with its values."""
    for labels, value in values:
        metric.add_metric(labels, value)
    return metric


def registry(parts: Parts) -> CollectorRegistry:
    """All metrics: ours, and those of the process that the library knows."""
    everything = CollectorRegistry()
    everything.register(Asking(parts))
    ProcessCollector(registry=everything)
    PlatformCollector(registry=everything)
    GCCollector(registry=everything)
    return everything
