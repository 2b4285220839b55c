import pyotp
import pytest
from pairs import SIGNING
from sqlmodel import Session, select

from scoreboard.database import Database
from scoreboard.errors import InvalidForm, NotSignedIn
from scoreboard.judging.staff import factors, organisers
from scoreboard.models import Organiser, RecoveryCode
from scoreboard.signing import SigningKey

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def enrolled(database: Database) -> tuple[int, list[str]]:
    person = (await database.write(organisers.add_organiser, "olga", "")).id or 0
    code = pyotp.TOTP(SECRET).generate_otp(factors.step_now() - 1)
    return person, await database.write(factors.enrol, person, SIGNING, SECRET, code)


def code_now(offset: int = 0) -> str:
    return pyotp.TOTP(SECRET).generate_otp(factors.step_now() + offset)


@pytest.mark.parametrize(("secret", "code"), [(SECRET, "000000x"), (SECRET, ""), ("short", "123456"), ("!" * 32, "1")])
async def test_a_factor_begins_with_its_first_right_code(database: Database, secret: str, code: str) -> None:
    person = (await database.write(organisers.add_organiser, "olga", "")).id or 0
    with pytest.raises(InvalidForm):
        await database.write(factors.enrol, person, SIGNING, secret, code)


async def test_a_code_is_good_once_and_in_any_digits(database: Database) -> None:
    person, _ = await enrolled(database)
    arabic = code_now().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    await database.write(factors.use_code, person, SIGNING, f"{arabic[:3]} {arabic[3:]}")
    with pytest.raises(NotSignedIn):
        await database.write(factors.use_code, person, SIGNING, code_now())


@pytest.mark.parametrize("steps", [-3, 3])
async def test_a_code_of_another_time_is_wrong(database: Database, steps: int) -> None:
    person, _ = await enrolled(database)
    with pytest.raises(NotSignedIn):
        await database.write(factors.use_code, person, SIGNING, code_now(steps))


async def test_each_code_on_paper_lets_in_once_and_is_kept_as_a_hash(database: Database) -> None:
    person, paper = await enrolled(database)
    assert (len(paper), len(set(paper))) == (10, 10)
    await database.write(factors.use_code, person, SIGNING, paper[0].lower().replace("-", " "))
    with pytest.raises(NotSignedIn):
        await database.write(factors.use_code, person, SIGNING, paper[0])
    assert await database.read(factors.recovery_codes_left, person) == 9
    kept = await database.read(lambda session: set(session.exec(select(RecoveryCode.code_hash)).all()))
    assert kept.isdisjoint({code.replace("-", "") for code in paper})


async def test_new_codes_for_paper_end_the_old_ones(database: Database) -> None:
    person, old = await enrolled(database)
    await database.write(factors.new_recovery_codes, person)
    with pytest.raises(NotSignedIn):
        await database.write(factors.use_code, person, SIGNING, old[0])


async def test_a_code_of_somebody_else_is_wrong(database: Database) -> None:
    _, paper = await enrolled(database)
    other = (await database.write(organisers.add_organiser, "omar", "")).id or 0
    for code in (paper[0], code_now()):
        with pytest.raises(NotSignedIn):
            await database.write(factors.use_code, other, SIGNING, code)


async def test_without_a_factor_no_code_is_right(database: Database) -> None:
    person, paper = await enrolled(database)
    await database.write(factors.give_up, person)
    for code in (paper[0], code_now(), ""):
        with pytest.raises(NotSignedIn):
            await database.write(factors.use_code, person, SIGNING, code)


async def test_the_secret_is_kept_sealed_and_goes_along_with_another_key(database: Database) -> None:
    person, paper = await enrolled(database)

    async def kept() -> str:
        return await database.read(lambda session: session.get_one(Organiser, person).totp_secret)

    first, new = await kept(), SigningKey.new()
    assert SECRET not in first
    await database.write(factors.reseal, SIGNING, new)
    assert await kept() != first
    with pytest.raises(NotSignedIn):
        await database.write(factors.use_code, person, SIGNING, code_now())
    await database.write(factors.use_code, person, new, code_now())
    await database.write(factors.use_code, person, SigningKey.new(), paper[0])  # where the key was lost


async def test_what_an_earlier_version_kept_is_sealed_when_it_is_used(database: Database) -> None:
    person, _ = await enrolled(database)

    def put_back(session: Session) -> None:
        session.get_one(Organiser, person).totp_secret = SECRET

    await database.write(put_back)
    await database.write(factors.use_code, person, SIGNING, code_now())
    assert SECRET not in await database.read(lambda session: session.get_one(Organiser, person).totp_secret)


def test_an_authenticator_reads_the_address() -> None:
    read = pyotp.parse_uri(factors.address_of(SECRET, "ألغا"))
    assert (read.secret, read.name, read.issuer) == (SECRET, "ألغا", "Scoreboard")
