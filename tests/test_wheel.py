"""What a person installs: the wheel, made from the source archive, works away from the checkout."""

import asyncio
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

import httpx2
import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
VENDOR, BUILT = "scoreboard/static/vendor/", "scoreboard/static/built/"
# Nobody listens there, and npm has nothing kept from before.
NO_REGISTRY = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}


def build(source: Path, out: Path, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build as a user would: in an environment of its own, with the build requirements from the registry."""
    command = [sys.executable, "-m", "build", "--outdir", str(out), *flags, str(source)]
    return subprocess.run(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive of this checkout, and the wheel made from that archive."""
    out = tmp_path_factory.mktemp("built")
    run = build(CHECKOUT, out)
    assert run.returncode == 0, run.stdout
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The wheel."""
    return next(built.glob("*.whl"))


@pytest.fixture
def source(built: Path, tmp_path: Path) -> Path:
    """The source archive, unpacked; nothing is vendored in it yet."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    return next(tmp_path.glob("scoreboard-*"))


def checksums(wheel: Path) -> dict[str, int]:
    """The name and the checksum of every file in the package; what pip keeps beside it names the time and the tool."""
    with zipfile.ZipFile(wheel) as archive:
        return {file.filename: file.CRC for file in archive.infolist() if file.filename.startswith("scoreboard/")}


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder.parent).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and {"vendor", "built", "__pycache__"}.isdisjoint(path.parts)
    }


def test_the_wheel_carries_every_template_and_static_file_and_what_is_vendored(wheel: Path) -> None:
    ours = files_below(CHECKOUT / "templates") | files_below(CHECKOUT / "static")
    fonts = {f"plex-{subset}-{weight}.woff2" for subset in ("arabic", "latin") for weight in (400, 600, 700)}
    vendored = {".made-from", "LICENSES.txt", "htmx.js", "icons.svg", "idb.js", "judge.svg", "plex.css"} | fonts

    carried = {name for name in checksums(wheel) if name.startswith(("scoreboard/templates/", "scoreboard/static/"))}

    made = {name for name in carried if name.startswith(BUILT)}
    assert carried - made == {f"scoreboard/{name}" for name in ours} | {VENDOR + name for name in vendored}


def test_the_wheel_carries_the_scripts_and_sheets_of_every_page_as_they_are_sent(wheel: Path) -> None:
    pages = [page.read_text() for page in (CHECKOUT / "templates").rglob("*.html")]
    named = {path for page in pages for path in re.findall(r"static\('((?:js|css)/[^']+)'\)", page)}
    all_made = {name.removeprefix(BUILT) for name in checksums(wheel) if name.startswith(BUILT)}
    made = {name for name in all_made if not name.endswith(".gz")}
    assert all_made - made == {f"{name}.gz" for name in made - {".made-from"}}
    shared = {name for name in made if re.fullmatch(r"js/chunk-\w{8}\.js", name)}
    assert made - shared == named | {".made-from", "js/judge/worker.js"}
    assert len(shared) > 1


def test_the_wheel_is_typed_and_carries_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("scoreboard/py.typed") == b""
        licence = next(name for name in archive.namelist() if name.endswith("/licenses/LICENSE"))
        assert archive.read(licence) == (CHECKOUT / "LICENSE").read_bytes()


def test_the_lock_names_no_registry() -> None:
    lock = (CHECKOUT / "static/package-lock.json").read_text()
    assert re.findall(r"resolved|registry", lock) == []


def test_the_source_archive_holds_nothing_that_others_made(source: Path) -> None:
    assert [name for name in ("vendor", "built") if (source / "static" / name).exists()] == []


def test_once_vendored_a_build_needs_no_registry(source: Path, wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith((VENDOR, BUILT)):
                path = source / name.removeprefix("scoreboard/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(name))

    run = build(source, tmp_path / "again", "--wheel", npm_config_cache=str(tmp_path / "npm"), **NO_REGISTRY)

    assert run.returncode == 0, run.stdout
    assert checksums(next((tmp_path / "again").glob("*.whl"))) == checksums(wheel)


def test_a_registry_out_of_reach_is_said_in_words_and_leaves_nothing(source: Path, tmp_path: Path) -> None:
    before = files_below(source)

    run = build(source, tmp_path / "again", "--wheel", npm_config_cache=str(tmp_path / "npm"), **NO_REGISTRY)

    assert run.returncode == 1
    assert "npm did not fetch the packages of static/package-lock.json" in run.stdout
    assert "A finished wheel needs no network" in run.stdout
    assert files_below(source) == before
    assert [name for name in ("vendor", "built") if (source / "static" / name).exists()] == []


async def address_of(process: Process) -> str:
    """Read what the server prints until it names its address. Fails with all that it said when it ends before."""
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        async for line in process.stdout:
            said += line.decode()
            if found := re.search(r"http://127\.0\.0\.1:[1-9]\d*", said):
                return found[0]
    pytest.fail(f"the server ended before it was ready:\n{said}")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel, what it depends on, and nothing else."""
    environment = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin/pip", "install", "--quiet", wheel], check=True)
    return environment / "bin"


@pytest.fixture
def plain() -> dict[str, str]:
    """The environment variables without those by which this checkout or its settings could reach another process."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SCOREBOARD_"))}


def test_the_installed_package_is_the_one_of_the_wheel(installed: Path, plain: dict[str, str], tmp_path: Path) -> None:
    asked = [str(installed / "python"), "-c", "import scoreboard; print(scoreboard.__file__)"]
    said = subprocess.run(asked, cwd=tmp_path, env=plain, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert Path(said.strip()).is_relative_to(installed.parent)


async def test_installed_into_an_empty_environment_it_serves_pages_and_static_files(
    wheel: Path, installed: Path, plain: dict[str, str], tmp_path: Path
) -> None:
    ours = next(name for name in sorted(checksums(wheel)) if name.startswith("scoreboard/static/css/"))

    server = await asyncio.create_subprocess_exec(
        *(installed / "scoreboard", "serve", "--port", "0", "--database", tmp_path / "x.db"),
        cwd=tmp_path,
        env=plain,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        async with httpx2.AsyncClient(base_url=await address_of(server), follow_redirects=True) as client:
            page = await client.get("/")
            folder = re.search(r"/static/[0-9a-f]+/", page.text)
            assert folder
            addresses = [name.replace("scoreboard/static/", folder[0]) for name in (ours, VENDOR + "idb.js")]
            served = [await client.get(address) for address in addresses]
    finally:
        server.terminate()
        await server.communicate()

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    with zipfile.ZipFile(wheel) as archive:
        sent = BUILT + ours.removeprefix("scoreboard/static/")
        assert [answer.content for answer in served] == [archive.read(sent), archive.read(VENDOR + "idb.js")]
