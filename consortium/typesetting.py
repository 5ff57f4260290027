"""From a template and its texts to the bytes of a PDF: Typst, with the project's own fonts and no other."""

import threading
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import typst

FONTS = Path(__file__).parent / "fonts"
ARCHIVAL: Final = "a-2a"  # what is stamped is kept: fonts and structure inside the file, nothing from outside

_one_at_a_time = threading.Lock()


def typeset(template: Path, inputs: dict[str, str], made_at: datetime) -> bytes:
    """Compile ``template``, which reads no file outside its folder, to a PDF/A that says it was made at ``made_at``.

    The same arguments give the same bytes. Raises typst.TypstError when the template does not fit its inputs.
    """
    with _one_at_a_time:
        pdf = compiler(template).compile(
            format="pdf", sys_inputs=inputs, pdf_standards=ARCHIVAL, timestamp=int(made_at.timestamp())
        )
    assert isinstance(pdf, bytes)
    return pdf


@cache
def compiler(template: Path) -> typst.Compiler:
    """One compiler a process and template: reading the fonts costs more than a page."""
    return typst.Compiler(input=template, root=template.parent, font_paths=[FONTS], ignore_system_fonts=True)
