"""From a template and its texts to the bytes of a PDF: Typst, with the project's own fonts and no other."""

import re
import threading
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import typst

FONTS = Path(__file__).parent / "fonts"
ARCHIVAL: Final = "a-2a"  # what is stamped is kept: fonts and structure inside the file, nothing from outside
MOST_SHAPELESS = 40  # different ones in one document; each costs a compile
TURNING = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
SHAPELESS = re.compile(r'the text `"(.+?)"` could not be displayed')
CODE = re.compile(r"\\u\{([0-9a-f]+)\}")  # how the error writes what cannot be seen

_one_at_a_time = threading.Lock()


def typeset(template: Path, inputs: dict[str, str], made_at: datetime) -> bytes:
    """Compile ``template``, which reads no file outside its folder, to a PDF/A that says it was made at ``made_at``.

    A sign that turns the direction of reading, or for which our fonts have no shape, stands on the paper as its code,
    〔U+20BB7〕: nobody's name reads otherwise than it is kept, and archives take no empty boxes. The same arguments
    give the same bytes. Raises typst.TypstError when the template does not fit its inputs.
    """
    inputs = {name: TURNING.sub(lambda found: _codes(found[0]), text) for name, text in inputs.items()}
    for _sign in range(MOST_SHAPELESS):
        try:
            return _compiled(template, inputs, made_at)
        except typst.TypstError as error:
            found = SHAPELESS.search(str(error))
            if found is None:
                raise
            shapeless = CODE.sub(lambda code: chr(int(code[1], 16)), found[1])
            inputs = {name: text.replace(shapeless, _codes(shapeless)) for name, text in inputs.items()}
    return _compiled(template, inputs, made_at)


def _codes(signs: str) -> str:
    return "".join(f"〔U+{ord(sign):04X}〕" for sign in signs)


def _compiled(template: Path, inputs: dict[str, str], made_at: datetime) -> bytes:
    with _one_at_a_time:
        pdf = compiler(template).compile(
            format="pdf", sys_inputs=inputs, pdf_standards=ARCHIVAL, timestamp=int(made_at.timestamp())
        )
    assert isinstance(pdf, bytes)
    return pdf


@cache
def compiler(template: Path) -> typst.Compiler:
    """One compiler a process and template: making one costs more than a page."""
    return typst.Compiler(input=template, root=template.parent, font_paths=fonts())


@cache
def fonts() -> typst.Fonts:
    """Read once a process, for all templates; no font of the machine is among them."""
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])
