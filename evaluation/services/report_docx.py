"""The annual report as a Word file for editing: real headings, tables that repeat their head row, charts,
numbered captions.

The parts that never change lie in ``docx/`` and are read once a process; the document itself is a string of
WordprocessingML, because python-docx needs ten times as long for the same tables. All text is escaped and stripped of
what XML cannot hold, so nothing that a person typed becomes markup.
"""

import re
import zipfile
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from .report_charts import chart_xml, drawing, drawn, related, typed
from .report_document import number_text
from .report_look import picture, styled
from .report_parts import Band, Cell, Document, Passage, Table

PARTS = Path(__file__).parent.parent / "docx"
TYPES, RELATED = "[Content_Types].xml", "word/_rels/document.xml.rels"
WIDTH = 8960  # of the text on A4, in twentieths of a point
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MARKED = '<w:shd w:val="clear" w:color="auto" w:fill="EEF2F7"/>'
LEVEL = 3  # of packing: half the time of the usual 6 for a twelfth more bytes
NUMERALS = [*"一二三四五六七八九十", *(f"十{one}" for one in "一二三四五六七八九")]


def report_docx(document: Document) -> bytes:
    """The whole file. The same document gives the same bytes."""
    charts: list[str] = []
    written = {
        "word/document.xml": _body(document, charts),
        "word/header.xml": _header(document),
        "docProps/core.xml": properties(document),
        **{f"word/charts/chart{number}.xml": chart for number, chart in enumerate(charts, 1)},
    }
    numbers = range(1, len(charts) + 1)
    for part, close, said in ((TYPES, "</Types>", typed), (RELATED, "</Relationships>", related)):
        written[part] = _parts()[part].decode().replace(close, "".join(map(said, numbers)) + close)
    parts = {**_parts(), **{name: text.encode() for name, text in written.items()}}
    return zipped(styled(parts, document), document.made_at)


def zipped(parts: dict[str, bytes], made_at: datetime) -> bytes:
    """The file of these parts, in their order; each says that it was made at ``made_at``."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, made_at.timetuple()[:6]), content, zipfile.ZIP_DEFLATED, LEVEL)
    return target.getvalue()


@cache
def _parts() -> dict[str, bytes]:
    """Content types first, as readers expect."""
    files = sorted(path for path in PARTS.rglob("*") if path.is_file())
    return {path.relative_to(PARTS).as_posix(): path.read_bytes() for path in files}


def _body(document: Document, charts: list[str]) -> str:
    """The text; the charts that stand in it are added to ``charts``."""
    parts = [_paragraph(document.consortium), picture(document), _paragraph(document.title, "Title")]
    if document.look.line:
        parts.append(_paragraph(document.look.line, "Subtitle"))
    parts.append(_cover(document))
    label = _("SHA-256 of the figures")
    parts += [_paragraph(f"{label}　{document.sha256}", "Note"), BREAK]
    captions = 0
    for number, chapter in enumerate(document.chapters):
        parts.append(_paragraph(f"{NUMERALS[number]}、{chapter.title}", "Heading1"))
        for part in chapter.parts:
            if isinstance(part, Passage):
                parts.append(_passage(part))
                continue
            if isinstance(part, str):
                parts.append(_paragraph(part))
                continue
            captions += 1
            parts += [_caption(captions, part.title), _table(part)]
            parts.append(_paragraph(part.note, "Note"))  # between two tables stands a paragraph, or they are one
            if drawn(part):
                charts.append(chart_xml(part, text_of))
                parts += [drawing(len(charts), part), _caption(len(charts), part.title, "图")]
    parts.append(_signatures(document))
    return f"{HEAD}<w:document {W} {R}><w:body>{''.join(parts)}{SECTION}</w:body></w:document>"


R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:footerReference w:type="default" r:id="rId3"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1700" w:right="1473" w:bottom="1474" w:left="1473" w:header="850"'
    ' w:footer="850" w:gutter="0"/><w:titlePg/></w:sectPr>'
)


def text_of(text: str) -> str:
    """Text as XML, in attributes too: escaped, and without characters that no XML may hold."""
    return escape(UNFIT.sub("", text), {'"': "&quot;"})


def _run(text: str, bold: bool = False) -> str:
    lines = [f'<w:t xml:space="preserve">{line}</w:t>' for line in text_of(text).split("\n")]
    return f"<w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}{'<w:br/>'.join(lines)}</w:r>"


def _paragraph(text: str, style: str = "", bold: bool = False, right: bool = False, fresh: bool = False) -> str:
    """``fresh``: on a new page."""
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    about += ("<w:pageBreakBefore/>" if fresh else "") + ('<w:jc w:val="right"/>' if right else "")
    return f"<w:p>{f'<w:pPr>{about}</w:pPr>' if about else ''}{_run(text, bold)}</w:p>"


def _passage(passage: Passage) -> str:
    """A paragraph of a template's section, an item of a list with its mark before it."""
    if passage.kind == "heading":
        return _paragraph(passage, "Heading2")
    mark = {"bullets": "•", "numbers": f"{passage.place}."}.get(passage.kind)
    runs = "".join(_run(text, is_bold) for text, is_bold in passage.runs)
    about = '<w:pPr><w:ind w:left="420" w:hanging="420"/></w:pPr>' if mark else ""
    return f"<w:p>{about}{f'{_run(mark)}<w:r><w:tab/></w:r>' if mark else ''}{runs}</w:p>"


def _caption(number: int, title: str, what: str = "表") -> str:
    """表 1, counted by Word itself, so that a table put in between moves the others on."""
    field = f'<w:fldSimple w:instr="SEQ {what} \\* ARABIC"><w:r><w:t>{number}</w:t></w:r></w:fldSimple>'
    return f'<w:p><w:pPr><w:pStyle w:val="Caption"/></w:pPr>{_run(f"{what} ")}{field}{_run(f"　{title}")}</w:p>'


def _cell(content: str, width: int, marked: bool = False, span: int = 1) -> str:
    about = f'<w:tcW w:w="{width}" w:type="dxa"/>' + (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "")
    return f"<w:tc><w:tcPr>{about}{MARKED if marked else ''}</w:tcPr>{content}</w:tc>"


def _row(cells: list[Cell], widths: list[int], numeric: list[bool], bold: bool = False, head: bool = False) -> str:
    done = [
        _cell(_paragraph(number_text(value) if not bold or value != "" else "", "Cell", bold, right), width, head)
        for value, width, right in zip(cells, widths, numeric, strict=True)
    ]
    about = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>"
    return f"<w:tr>{about}{''.join(done)}</w:tr>"


def _band(band: Band, columns: int) -> str:
    cell = _cell(_paragraph(band.text, "Cell", bold=True), WIDTH, marked=True, span=columns)
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cell}</w:tr>"


def _table(table: Table) -> str:
    widths = [WIDTH * part // sum(table.widths) for part in table.widths]
    numeric = table.numeric
    rows = [_row(list(table.head), widths, numeric, bold=True, head=True)]
    for row in table.rows:
        rows.append(_band(row, len(widths)) if isinstance(row, Band) else _row(row, widths, numeric))
    if not table.rows:
        rows.append(_band(Band(_("None recorded")), len(widths)))
    if table.total:
        rows.append(_row(table.total, widths, numeric, bold=True))
    return _grid(widths, rows)


def _grid(widths: list[int], rows: list[str], style: str = "TableGrid") -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    about = f'<w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
    return f"<w:tbl><w:tblPr>{about}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _cover(document: Document) -> str:
    widths = [2400, 6000]
    lines = [(_("Number"), document.number), *document.cover]
    rows = [
        f"<w:tr>{_cell(_paragraph(label), widths[0])}{_cell(_paragraph(value), widths[1])}</w:tr>"
        for label, value in lines
    ]
    return _grid(widths, rows, style="TableNormal")


def _signatures(document: Document) -> str:
    number, title = NUMERALS[len(document.chapters)], _("Signatures")
    heading = _paragraph(f"{number}、{title}", "Heading1", fresh=True)
    said = _("Both sides have checked these figures and agree to them.")
    rows = []
    for side, name in document.seals:
        lines = [_paragraph(_("%(side)s (seal): %(name)s") % {"side": side, "name": name}, bold=True)]
        lines += [_paragraph("")] * 3
        lines.append(_paragraph(_("Signed by:　　　　　　　　　　　　Date:")))
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cell(''.join(lines), WIDTH)}</w:tr>")
    return f"{heading}{_paragraph(said)}{_grid([WIDTH], rows)}{_paragraph('')}"


def _header(document: Document) -> str:
    text = f"{_run(document.title)}<w:r><w:tab/></w:r>{_run(document.number)}"
    return f'{HEAD}<w:hdr {W}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{text}</w:p></w:hdr>'


def properties(document: Document, about: str = "") -> str:
    """Who made it, of which title, when, and what is said ``about`` it."""
    made = document.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{text_of(document.title)}</dc:title><dc:identifier>{text_of(document.number)}</dc:identifier>"
        f"{f'<dc:description>{text_of(about)}</dc:description>' if about else ''}<dc:language>zh-CN</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{made}</dcterms:created></cp:coreProperties>'
    )
