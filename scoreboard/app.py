"""The application: every address that it answers, what is shared, and what stands in front."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from scoreboard.database import Database, opened
from scoreboard.errors import ScoreboardError
from scoreboard.figures import lateness
from scoreboard.figures.figures import Figures
from scoreboard.judging.ledger.notary import Notary
from scoreboard.judging.pairing.devices import adopt_sessions
from scoreboard.keeping.keeper import Keeper
from scoreboard.live.hub import Hub
from scoreboard.live.publisher import Publisher
from scoreboard.metrics.collecting import Parts, registry
from scoreboard.metrics.listener import exposed
from scoreboard.settings import Settings
from scoreboard.signing import key_at_hand
from scoreboard.web import board, entrance, errors, reports, verifier
from scoreboard.web.analyses import Analyses
from scoreboard.web.console import account as console_account
from scoreboard.web.console import announcements as console_announcements
from scoreboard.web.console import desk as console_desk
from scoreboard.web.console import devices as console_devices
from scoreboard.web.console import duty as console_duty
from scoreboard.web.console import entrance as console_entrance
from scoreboard.web.console import groups as console_groups
from scoreboard.web.console import home as console
from scoreboard.web.console import judges as console_judges
from scoreboard.web.console import late as console_late
from scoreboard.web.console import ledger as console_ledger
from scoreboard.web.console import outside as console_outside
from scoreboard.web.console import people as console_people
from scoreboard.web.console import reports as console_reports
from scoreboard.web.console import result as console_result
from scoreboard.web.console import round as console_round
from scoreboard.web.console import screens as console_screens
from scoreboard.web.console import server as console_server
from scoreboard.web.console import sheets as console_sheets
from scoreboard.web.console import signatures as console_signatures
from scoreboard.web.console import signs as console_signs
from scoreboard.web.console import teams as console_teams
from scoreboard.web.doorkeeper import Doorkeeper
from scoreboard.web.guesses import Guesses
from scoreboard.web.hosts import Hosts
from scoreboard.web.judge import devices as judge_devices
from scoreboard.web.judge import entrance as judge_entrance
from scoreboard.web.judge import find as judge_find
from scoreboard.web.judge import home as judge
from scoreboard.web.judge import reports as judge_reports
from scoreboard.web.judge import review as judge_review
from scoreboard.web.judge import shell as judge_shell
from scoreboard.web.limits import doors
from scoreboard.web.policy import (
    DECIDERS,
    EVERYBODY,
    EXPORTERS,
    JUDGES,
    JUDGES_PAGES,
    OWN_ACCOUNT,
    OWN_ACCOUNT_CONFIRMED,
    OWNERS,
    PACKED,
    READERS,
    RUNNERS,
    RUNNERS_CONFIRMED,
    STAFF,
    all_guarded,
    below,
    channel,
    form,
    get,
    post,
    put,
)
from scoreboard.web.readiness import Readiness
from scoreboard.web.regulars import Regulars
from scoreboard.web.security import Walls
from scoreboard.web.state import State
from scoreboard.web.templating import Pages, Static
from scoreboard.web.throttle import Throttle
from scoreboard.web.watch import Watch

LARGEST_BODY = 256 * 1024  # bytes; the largest that is sent is a ballot with its comments


# Of these the log is told only when something is wrong with them: they come by the thousand, or every few seconds.
QUIET = ("/static", "/healthz", "/readyz")


def create_app(
    settings: Settings,
    private: socket.socket | None = None,
    publishing: Callable[[Database, Hub], Publisher] = Publisher,
) -> ASGIApp:
    """Build the application. The database must be ready (see `migrations.prepare`).

    `private` is a socket that listens where only those can reach it who look after the server: metrics are told there.
    `publishing` makes the publisher.
    """
    static = Static()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[State]:
        figures = Figures()
        hub = Hub(figures=figures)
        signing = key_at_hand(settings.database, settings.signing_key)
        async with (
            opened(settings.database, figures) as database,
            Notary(database, signing) as notary,
            publishing(database, hub) as publisher,
            Analyses(database) as analyses,
            Keeper(database, settings.backups) as keeper,
            Doorkeeper(database) as doorkeeper,
            lateness.watched(figures.late),
            exposed(registry(Parts(figures, database, hub, publisher, keeper)), private),
        ):
            await adopt_sessions(database)
            yield State(
                settings=settings,
                figures=figures,
                readiness=Readiness(database, hub, publisher),
                database=database,
                notary=notary,
                hub=hub,
                publisher=publisher,
                window=publisher.window,
                analyses=analyses,
                pages=Pages(static, settings.language, insecure=settings.insecure_lan),
                throttle=Throttle(),
                sign_ins=Throttle(tries=10, seconds=15 * 60),
                reports=Throttle(tries=30),
                doors=doors(settings),
                doorkeeper=doorkeeper,
                regulars=Regulars(),
                guesses=Guesses(settings),
            )

    sitemap = routes(static)
    inside = Starlette(
        routes=sitemap,
        middleware=[Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)],
        exception_handlers={
            Exception: errors.on_failure,
            ScoreboardError: errors.on_error,
            ValidationError: errors.on_validation_error,
            HTTPException: errors.on_http_error,
            ClientDisconnect: errors.on_departure,
        },
        lifespan=lifespan,
    )
    walled = Walls(Hosts(inside, settings))  # around everything, so that answers to failures carry the headers, too
    return Watch(walled, sitemap, ballots=(judge.put_ballot, judge.submit_form), quiet=QUIET)


def routes(static: Static) -> list[BaseRoute]:
    """Every address there is, each behind who may ask for it (see `web.policy`). Raises TypeError for one without."""
    table: list[BaseRoute] = [
        get(EVERYBODY, "/", entrance.front),
        post(EVERYBODY, "/language", entrance.choose_language),
        get(EVERYBODY, "/healthz", entrance.health),
        get(EVERYBODY, "/verify", verifier.page(static.folder)),
        get(EVERYBODY, "/readyz", entrance.readiness),
        post(EVERYBODY, reports.ADDRESS, reports.violation),
        # The board: for everybody.
        get(EVERYBODY, "/e/{slug}", board.show),
        get(EVERYBODY, "/e/{slug}/standings.json", board.standings),
        get(EVERYBODY, "/e/{slug}/state.json", board.state),
        get(EVERYBODY, "/e/{slug}/stream", board.stream),
        channel(EVERYBODY, "/e/{slug}/socket", board.socket),
        # The judge's phone.
        get(EVERYBODY, "/j", judge_entrance.show),
        post(EVERYBODY, "/j", judge_entrance.sign_in),
        post(EVERYBODY, "/j/who", judge_entrance.who),
        get(JUDGES_PAGES, "/judge", judge.show_list, PACKED),
        get(JUDGES, "/judge/bundle", judge.show_bundle, PACKED),
        get(JUDGES_PAGES, "/judge/find", judge_find.find),
        get(JUDGES, "/judge/empty", judge_shell.show_empty, PACKED),
        get(EVERYBODY, "/judge/worker.js", judge_shell.worker(static), PACKED),
        get(EVERYBODY, "/judge/manifest.webmanifest", judge_shell.show_manifest),
        form(JUDGES_PAGES, "/judge/devices", judge_devices.show),
        post(EVERYBODY, "/judge/sign-out", judge_entrance.sign_out),
        get(JUDGES_PAGES, "/judge/review", judge_review.show),
        post(JUDGES_PAGES, "/judge/review", judge_review.sign),
        put(JUDGES, "/judge/ballots/{uuid:uuid}", judge.put_ballot, PACKED),
        put(JUDGES, "/judge/drafts", judge.put_draft),
        post(JUDGES, "/judge/announcements/{sequence:int}/seen", judge.note_announcement_seen),
        get(JUDGES_PAGES, "/judge/{round}/{team}", judge.show_card, PACKED),
        post(JUDGES_PAGES, "/judge/{round}/{team}", judge.submit_form),
        form(JUDGES_PAGES, "/judge/{round}/{team}/recusal", judge_reports.recuse),
        post(JUDGES_PAGES, "/judge/{round}/{team}/absence", judge_reports.absent),
        # The organiser's console.
        get(STAFF, "/console", console.events),
        form(EVERYBODY, "/console/sign-in", console_entrance.sign_in),
        form(EVERYBODY, "/console/enter", console_entrance.enter),
        form(EVERYBODY, "/console/sign-in/code", console_entrance.enter_code),
        get(EVERYBODY, "/console/outside", console_outside.sign_in),
        get(EVERYBODY, "/console/outside/back", console_outside.come_back),
        post(EVERYBODY, "/console/sign-out", console_entrance.sign_out),
        form(OWN_ACCOUNT, "/console/confirm", console_account.confirm),
        get(OWN_ACCOUNT, "/console/confirm/outside", console_outside.confirm),
        get(OWN_ACCOUNT_CONFIRMED, "/console/account/connect", console_outside.connect),
        get(OWN_ACCOUNT, "/console/account", console_account.show),
        form(OWN_ACCOUNT_CONFIRMED, "/console/account/password", console_account.password),
        form(OWN_ACCOUNT_CONFIRMED, "/console/account/factor", console_account.factor),
        post(OWN_ACCOUNT_CONFIRMED, "/console/account/factor/remove", console_account.no_factor),
        post(OWN_ACCOUNT_CONFIRMED, "/console/account/codes", console_account.new_codes),
        post(OWN_ACCOUNT_CONFIRMED, "/console/account/sessions/end", console_account.end_others),
        get(READERS, "/console/e/{slug}", console.overview),
        get(READERS, "/console/e/{slug}/live", console.live),
        channel(READERS, "/console/e/{slug}/socket", console.socket),
        post(RUNNERS, "/console/e/{slug}/rounds/{key}/open", console_round.open_round),
        post(RUNNERS, "/console/e/{slug}/rounds/{key}/pause", console_round.pause),
        post(RUNNERS, "/console/e/{slug}/rounds/{key}/resume", console_round.resume),
        post(RUNNERS, "/console/e/{slug}/rounds/{key}/freeze", console_round.freeze),
        post(RUNNERS, "/console/e/{slug}/rounds/{key}/thaw", console_round.thaw),
        form(RUNNERS, "/console/e/{slug}/rounds/{key}/close", console_round.close),
        form(RUNNERS_CONFIRMED, "/console/e/{slug}/rounds/{key}/finalise", console_round.finalise),
        get(READERS, "/console/e/{slug}/rounds/{key}/late", console_late.show),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/rounds/{key}/late/{uuid:uuid}/admit", console_late.admit),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/rounds/{key}/late/{uuid:uuid}/refuse", console_late.refuse),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/rounds/{key}/late/{uuid:uuid}/reopen", console_late.reopen),
        get(READERS, "/console/e/{slug}/rounds/{key}/groups", console_groups.show),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/rounds/{key}/groups", console_groups.accept),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/rounds/{key}/groups/withdraw", console_groups.withdraw),
        get(READERS, "/console/e/{slug}/rounds/{key}/assignments", console_duty.show),
        post(DECIDERS, "/console/e/{slug}/rounds/{key}/assignments/skip", console_duty.skip),
        post(DECIDERS, "/console/e/{slug}/rounds/{key}/assignments/resume", console_duty.resume),
        get(READERS, "/console/e/{slug}/rounds/{key}/reports", console_reports.show),
        post(DECIDERS, "/console/e/{slug}/rounds/{key}/reports/absence", console_reports.settle),
        post(DECIDERS, "/console/e/{slug}/rounds/{key}/reports/assign", console_reports.assign),
        get(READERS, "/console/e/{slug}/rounds/{key}/sheets", console_sheets.show),
        get(RUNNERS, "/console/e/{slug}/rounds/{key}/desk", console_desk.show),
        form(RUNNERS, "/console/e/{slug}/rounds/{key}/desk/{judge}/{team}", console_desk.enter),
        form(RUNNERS, "/console/e/{slug}/rounds/{key}/papers/{uuid:uuid}", console_desk.check),
        post(RUNNERS, "/console/e/{slug}/rounds/{key}/papers/{uuid:uuid}/discard", console_desk.discard),
        get(READERS, "/console/e/{slug}/result", console_result.show),
        get(READERS, "/console/e/{slug}/result/safety", console_result.show_safety),
        get(READERS, "/console/e/{slug}/result/judges", console_result.show_judges),
        get(READERS, "/console/e/{slug}/result/questions", console_result.show_questions),
        get(READERS, "/console/e/{slug}/result/why", console_result.show_why),
        get(READERS, "/console/e/{slug}/judges", console_judges.show),
        post(RUNNERS, "/console/e/{slug}/announcements", console_announcements.announce),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/judges/links", console_judges.links),
        get(READERS, "/console/e/{slug}/judges/{key}", console_devices.show),
        form(RUNNERS_CONFIRMED, "/console/e/{slug}/judges/{key}/link", console_judges.link),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/judges/{key}/pin", console_devices.issue_pin),
        post(RUNNERS, "/console/e/{slug}/judges/{key}/devices/revoke", console_devices.revoke_all),
        post(RUNNERS, "/console/e/{slug}/judges/{key}/devices/{device}/revoke", console_devices.revoke),
        post(RUNNERS, "/console/e/{slug}/judges/{key}/signature/lift", console_signatures.lift),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/judges/{key}/signature/pin", console_signatures.reset_pin),
        get(READERS, "/console/e/{slug}/server", console_server.show),
        get(READERS, "/console/e/{slug}/server/live", console_server.live),
        get(READERS, "/console/e/{slug}/signs", console_signs.show),
        get(READERS, "/console/e/{slug}/teams", console_teams.show),
        get(READERS, "/console/e/{slug}/teams/{key}", console_teams.team),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/teams/{key}/withdraw", console_teams.withdraw),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/teams/{key}/disqualify", console_teams.disqualify),
        post(RUNNERS_CONFIRMED, "/console/e/{slug}/teams/{key}/restore", console_teams.restore),
        get(READERS, "/console/e/{slug}/ledger", console_ledger.show),
        get(EXPORTERS, "/console/e/{slug}/record", console_ledger.record),
        get(STAFF, "/console/e/{slug}/screens", console_screens.show),
        get(OWNERS, "/console/e/{slug}/people", console_people.show),
        post(OWNERS, "/console/e/{slug}/people", console_people.add),
        post(OWNERS, "/console/e/{slug}/people/{person:int}/role", console_people.change),
        post(OWNERS, "/console/e/{slug}/people/{person:int}/remove", console_people.remove),
        below(EVERYBODY, "/static", static),
    ]
    return all_guarded(table)
