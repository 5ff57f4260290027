"""The marks of an archive document (PDF/A-2a, which includes 2b) that everybody can read, in each kind of report.

No free checker of PDF/A is installed by a package manager, so the marks that one would look for are read here.
"""

from io import BytesIO

import pikepdf
import pytest

from evaluation.models import AnnualReport

from .test_report_kinds import KINDS, content_of, order, rates, registers, subjects, world

__all__ = ["order", "rates", "registers", "subjects", "world"]  # fixtures
pytestmark = pytest.mark.django_db


def fonts_of(pdf: pikepdf.Pdf) -> dict[str, pikepdf.Dictionary]:
    """Every font of every page by its name."""
    found = {}
    for page in pdf.pages:
        for font in (page.Resources.get("/Font") or {}).values():
            inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            found[str(font.BaseFont)] = inner
    return found


@pytest.mark.parametrize("scope", KINDS)
def test_it_has_the_marks_of_an_archive_document(order, scope):
    with pikepdf.open(BytesIO(content_of(order(scope)))) as pdf:
        with pdf.open_metadata() as said:
            assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "A")  # more than B: it has tags
            assert said["dc:title"].endswith("2025年度绩效年报")
        root = pdf.Root
        assert str(root.Lang).lower().startswith("zh")
        assert (bool(root.MarkInfo.Marked), "/StructTreeRoot" in root) == (True, True)
        assert root.OutputIntents[0].S == "/GTS_PDFA1"
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root][-1].endswith("签署")
        assert not {"/JavaScript", "/EmbeddedFiles"} & set(root.get("/Names", {}))
        assert not pdf.is_encrypted
        fonts = fonts_of(pdf)
        assert fonts
        for name, font in fonts.items():
            assert name[7:8] == "+", f"{name} is not a subset"
            assert {"/FontFile2", "/FontFile3"} & set(font.FontDescriptor), f"{name} is not embedded"


def test_control_a_paper_without_the_marks_is_found_out(order):
    """What a plain export would lack: the same file with its metadata taken out."""
    with pikepdf.open(BytesIO(content_of(order(AnnualReport.Scope.ZONE)))) as pdf:
        del pdf.Root.Metadata
        with pdf.open_metadata() as said:
            assert "pdfaid:part" not in said
