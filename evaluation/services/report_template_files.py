"""A template of annual reports as its files: read, checked, and refused with a sentence that names file and line.

The files are data. Typst code of others is never taken: its imports can name packages by strings that it computes,
reach the network for them, and read every file of its root.
"""

import re
import tomllib
import warnings
import zipfile
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image, ImageOps

from consortium.services import Refused

from ..models.report_subjects import Scope

STANDARD = Path(__file__).parent.parent / "template"
ZIP_BYTES, MEMBER_BYTES = 2_000_000, 2_000_000
TEXT_BYTES = 60_000  # of template.toml and of extra.md
CRESTS = {"crest.png": "PNG", "crest.jpg": "JPEG", "crest.jpeg": "JPEG"}
MEMBERS = ["template.toml", "extra.md", *CRESTS]
ALLOWED = {"": ["name", "reports", "colours", "cover", "extra"]} | {
    "colours": ["accent", "head"], "cover": ["line", "office"], "extra": ["place"]
}  # fmt: skip
PLACES = ["start", "figures", "end"]
SQUEEZED = 100  # times smaller than unpacked: no honest text or picture is
CREST_PIXELS, MOST_PIXELS = 400, 30_000_000  # 34 mm in print; a photograph of a shield
INK = "#1c2430"  # of the text on the head of a table
READABLE = 4.5  # WCAG 2.2, 1.4.3
COLOUR = re.compile("#[0-9A-Fa-f]{6}")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
TITLE, LINE = 60, 80  # signs
MARKDOWN = MarkdownIt("zero").enable(["heading", "list", "emphasis"])


def read(file: IO[bytes], size: int) -> tuple[dict[str, Any], bytes]:
    """What the ZIP of ``size`` bytes says, and its crest as a PNG, empty without one. Raises Refused.

    The answer has name, reports, accent, head, line, office, place and extra: None, or title and blocks, each with a
    kind, paragraph, heading, bullets or numbers, and items, which are lists of [text, is it bold].
    """
    files = _unpacked(file, size)
    if "template.toml" not in files:
        raise Refused(_("template.toml is missing. Pack the files themselves, not their folder."))
    said = _settings(_text("template.toml", files["template.toml"]))
    extra = files.get("extra.md")
    said["extra"] = _extra(_text("extra.md", extra)) if extra is not None else None
    crests = [name for name in files if name in CRESTS]
    if len(crests) > 1:
        raise Refused(_("There are two crests: %(names)s. Keep one.") % {"names": "、".join(crests)})
    return said, _crest(crests[0], files[crests[0]]) if crests else b""


def standard_zip() -> bytes:
    """The standard template as a ZIP, to be copied and changed. The same bytes every time."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(STANDARD.iterdir(), reverse=True):
            file.writestr(zipfile.ZipInfo(path.name, (2026, 1, 1, 0, 0, 0)), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _unpacked(file: IO[bytes], size: int) -> dict[str, bytes]:
    """The members by name. Names, sizes and how far each was squeezed are looked at before anything is unpacked."""
    if size > ZIP_BYTES:
        raise Refused(_("This file is larger than 2 MB."))
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
            _check(parts)
            files = {}
            for part in parts:
                with package.open(part) as member:
                    files[part.filename] = member.read(MEMBER_BYTES + 1)
                if len(files[part.filename]) > MEMBER_BYTES:
                    raise Refused(_("Unpacked, this file would be far too large."))
            return files
    except Refused:
        raise
    except Exception as error:  # a broken ZIP makes zipfile and zlib raise nearly anything
        raise Refused(_("This is no ZIP file, or it is damaged.")) from error


def _check(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    for part in parts:
        if part.filename not in MEMBERS:
            said = _(
                "%(name)s cannot stand in a template. It may hold %(names)s, without a folder around them; a crest "
                "that is an SVG is saved as PNG first."
            )
            raise Refused(said % {"name": part.filename[:100], "names": "、".join(MEMBERS)})
        if part.flag_bits & 1:
            raise Refused(_("This file is locked with a password. Hand it in without one."))
        if part.file_size > MEMBER_BYTES or part.file_size > 10_000 + SQUEEZED * part.compress_size:
            raise Refused(_("Unpacked, this file would be far too large."))
    for name in names:
        if names.count(name) > 1:
            raise Refused(_("%(name)s stands in it twice.") % {"name": name})


def _text(name: str, content: bytes) -> str:
    if len(content) > TEXT_BYTES:
        raise Refused(_("%(name)s is longer than 60 KB.") % {"name": name})
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        said = _("%(name)s, line %(line)s: this is not UTF-8. Save the file in that encoding.")
        raise Refused(said % {"name": name, "line": line}) from error
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Refused(_("%(name)s, line %(line)s: an invisible sign.") % {"name": name, "line": line})
    return text


# --- template.toml ----------------------------------------------------------------------------------------------------
def _settings(text: str) -> dict[str, Any]:
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = found[1] if found else text.count("\n") + 1
        sentence = _(
            'template.toml, line %(line)s: this cannot be read. A setting looks like name = "…", with plain quotes.'
        )
        raise Refused(sentence % {"line": line}) from error
    for room, names in ALLOWED.items():
        part = said.get(room, {}) if room else said
        if not isinstance(part, dict):
            raise _wrong(text, room, _("this is a heading: write [%(room)s].") % {"room": room})
        for name in part:
            if name not in names:
                raise _wrong(text, name, _("there is no setting “%(name)s”.") % {"name": name[:40]})
    colours, cover, extra = (said.get(room, {}) for room in ("colours", "cover", "extra"))
    return {
        "name": _words(text, said, "name", TITLE, is_needed=True),
        "reports": _reports(text, said),
        "accent": _colour(text, colours, "accent", "#1b4d8f", "#ffffff"),
        "head": _colour(text, colours, "head", "#eef2f7", INK),
        "line": _words(text, cover, "line", LINE),
        "office": _words(text, cover, "office", LINE),
        "place": _place(text, extra),
    }


def _wrong(text: str, name: str, what: str) -> Refused:
    """Where ``name`` stands in the text, and what is wrong with it."""
    found = re.search(rf"^\s*\[?\s*[\"']?{re.escape(name)}\b", text, re.MULTILINE)
    line = text.count("\n", 0, found.end()) + 1 if found else 1
    return Refused(_("template.toml, line %(line)s: %(what)s") % {"line": line, "what": what})


def _words(text: str, part: dict[str, Any], name: str, most: int, is_needed: bool = False) -> str:
    words = part.get(name, "")
    if not isinstance(words, str):
        raise _wrong(text, name, _("this is a text in quotes."))
    words = " ".join(words.split())
    if is_needed and not words:
        raise _wrong(text, name, _("the template needs a name."))
    if len(words) > most:
        raise _wrong(text, name, _("at most %(most)s signs.") % {"most": most})
    return words


def _reports(text: str, said: dict[str, Any]) -> list[str]:
    wanted = said.get("reports", list(Scope.values))
    if not isinstance(wanted, list) or not wanted or any(name not in Scope.values for name in wanted):
        raise _wrong(text, "reports", _("choose among %(names)s.") % {"names": "、".join(Scope.values)})
    return [name for name in Scope.values if name in wanted]


def _place(text: str, extra: dict[str, Any]) -> str:
    place = extra.get("place", "end")
    if place not in PLACES:
        raise _wrong(text, "place", _("choose among %(names)s.") % {"names": "、".join(PLACES)})
    return str(place)


def _colour(text: str, colours: dict[str, Any], name: str, standard: str, against: str) -> str:
    colour = colours.get(name, standard)
    if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
        raise _wrong(text, name, _("a colour is written #RRGGBB, such as #1B4D8F."))
    ratio = contrast(colour, against)
    if ratio < READABLE:
        words = _("white text on it has a contrast of %(ratio)s, and 4.5 is needed. Take a darker colour.")
        if against == INK:
            words = _("dark text on it has a contrast of %(ratio)s, and 4.5 is needed. Take a lighter colour.")
        raise _wrong(text, name, words % {"ratio": f"{int(ratio * 10) / 10}"})
    return colour.lower()


def contrast(one: str, other: str) -> float:
    """From 1 to 21, of two colours #rrggbb, as WCAG 2.2 defines it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


# --- extra.md ---------------------------------------------------------------------------------------------------------
def _extra(text: str) -> dict[str, Any]:
    """Headings, paragraphs, lists and bold; all else comes out as it was typed."""
    tokens = MARKDOWN.parse(text)
    if not tokens or tokens[0].tag != "h1" or not (title := tokens[1].content.strip()):
        raise Refused(_("extra.md, line 1: begin with the heading of the section: # and its words."))
    if len(title) > TITLE:
        raise Refused(_("extra.md, line %(line)s: at most %(most)s signs.") % {"line": 1, "most": TITLE})
    blocks: list[dict[str, Any]] = []
    inside: list[str] = []  # which lists, from the outermost
    for before, token in zip(chain([None], tokens[2:]), tokens[2:], strict=False):
        line = (token.map or [0])[0] + 1
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            if inside:
                raise Refused(_("extra.md, line %(line)s: a list inside a list is not taken.") % {"line": line})
            inside.append("bullets" if token.type.startswith("bullet") else "numbers")
            blocks.append({"kind": inside[0], "items": []})
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            inside.pop()
        elif token.type == "inline" and before is not None:
            if before.tag == "h1":
                raise Refused(_("extra.md, line %(line)s: one # is for the first line; take ##.") % {"line": line})
            runs = _runs(token)
            if inside:
                blocks[-1]["items"].append(runs)
            else:
                kind = "heading" if before.type == "heading_open" else "paragraph"
                blocks.append({"kind": kind, "items": [runs]})
    return {"title": title, "blocks": [block for block in blocks if block["items"]]}


def _runs(inline: Token) -> list[list[Any]]:
    """Pieces of text, each with whether it is bold. Italics and __ are not in the subset and stay as typed."""
    runs: list[list[Any]] = []
    is_bold = False
    for token in inline.children or []:
        if token.type in {"strong_open", "strong_close"} and token.markup == "**":
            is_bold = token.type == "strong_open"
            continue
        text = {"softbreak": " ", "hardbreak": " "}.get(token.type, token.content or token.markup)
        if runs and runs[-1][1] == is_bold:
            runs[-1][0] += text
        elif text:
            runs.append([text, is_bold])
    return runs


# --- the crest --------------------------------------------------------------------------------------------------------
def _crest(name: str, content: bytes) -> bytes:
    """The picture drawn anew as a PNG of at most 400 pixels a side, so that nothing else of the file comes along."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=[CRESTS[name]]) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Refused(_("%(name)s has too many pixels. Make it smaller.") % {"name": name})
                picture = ImageOps.exif_transpose(opened).convert("RGBA")
                picture.thumbnail((CREST_PIXELS, CREST_PIXELS))
                clean = Image.new("RGBA", picture.size)
                clean.paste(picture)
                drawn = BytesIO()
                clean.quantize(256, method=Image.Quantize.FASTOCTREE).save(drawn, "PNG", optimize=True)
                return drawn.getvalue()
    except Refused:
        raise
    except Exception as error:  # a broken picture makes Pillow raise nearly anything
        said = _("%(name)s is damaged, or another kind of picture than its name says.")
        raise Refused(said % {"name": name}) from error
