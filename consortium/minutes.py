"""The minutes of a meeting on paper: PDF for the file, DOCX to edit. Both are made from the rows, and say the same."""

import json
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import override
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from .models import AgendaItem, Meeting, Opinion, Resolution
from .services.list_files import NOT_IN_XML
from .typesetting import typeset

TEMPLATE = Path(__file__).parent / "typst" / "minutes.typ"


@override("zh-hans")  # the same document, whatever language one reads
def minutes_pdf(meeting: Meeting, now: datetime) -> bytes:
    """A PDF/A; approved minutes give the same bytes whenever they are asked for with the moment of the approval."""
    words = json.dumps(minutes_words(meeting), ensure_ascii=False)
    return typeset(TEMPLATE, {"words": words}, now)


@override("zh-hans")
def minutes_docx(meeting: Meeting, now: datetime) -> bytes:
    """The same as a Word file. What people typed stands in it as text, never as a field or a formula."""
    words, document = _clean(minutes_words(meeting)), Document()
    _dress(document)
    document.core_properties.title, document.core_properties.author = words["title"], words["consortium"]
    document.core_properties.created = document.core_properties.modified = now
    document.add_paragraph(words["consortium"]).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_heading(words["title"], 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    facts = [("时间", "when"), ("地点", "place"), ("主持", "chair"), ("应到／实到", "seats"), ("法定人数", "quorum")]
    _table(document, (3, 13), None, [[label, words[name]] for label, name in facts])
    document.add_heading("一、出席情况", 1)
    _table(document, (7, 3, 4, 2), ["席位", "方面", "代表", "到会"], words["present"])
    document.add_heading("二、议题与结果", 1)
    for item in words["items"]:
        document.add_heading(f"{item['number']}. {item['title']}", 2)
        document.add_paragraph(f"{item['kind']} · {item['proposer']}")
        if item["terms"]:
            _table(document, (3, 13), None, item["terms"])
        for seat, kind, text, outcome, answer in item["opinions"]:
            document.add_paragraph(f"书面意见（{seat}，{kind}）：{text}")
            document.add_paragraph(f"答复（{outcome}）：{answer}")
        lines = (item["notes"], item["result"] and f"结果：{item['result']}", item["votes"])
        for line in filter(None, lines):
            document.add_paragraph(line)
    if words["minutes"]:
        document.add_heading("三、会议内容", 1)
        document.add_paragraph(words["minutes"])
    if words["resolutions"]:
        number = "四" if words["minutes"] else "三"
        document.add_heading(f"{number}、决议：谁、做什么、何时完成", 1)
        _table(document, (1.5, 6, 4.5, 4), ["编号", "内容", "责任单位", "完成期限"], words["resolutions"])
    document.add_paragraph(words["approved"])
    document.add_paragraph("主持人签字：　　　　　　　　　　年　　月　　日")
    data = BytesIO()
    document.save(data)
    return data.getvalue()


def minutes_words(meeting: Meeting) -> dict[str, Any]:
    """What the minutes say, as strings and lists of strings: the one source of both files."""
    called = list(meeting.called.select_related("seat__organization").order_by("seat__number"))
    present = [row for row in called if row.present]
    chair = next((row for row in called if row.seat.is_chair), None)
    items = meeting.items.select_related("proposed_by__organization").order_by("number")
    resolutions = Resolution.objects.filter(item__meeting=meeting).select_related("organization").order_by("number")
    when = timezone.localtime(meeting.held_at)
    return {
        "consortium": meeting.council.consortium.name,
        "title": f"理事会第{meeting.council.number}届第{meeting.number}次会议纪要",
        "state": str(meeting.get_status_display()),
        "when": f"{_day(when)} {when:%H:%M}",
        "place": meeting.place,
        "chair": f"{chair.seat}（{chair.delegate}）" if chair else "",
        "seats": f"{len(called)} 席／{len(present)} 席",
        "quorum": f"{meeting.get_quorum_display()}（{meeting.needed(len(called))} 席），"
        + ("达到" if len(present) >= meeting.needed(len(called)) else "未达到"),
        "present": [
            [str(row.seat), str(row.seat.get_side_display()), row.delegate, "到会" if row.present else "缺席"]
            for row in called
        ],
        "items": [_item(item) for item in items],
        "minutes": meeting.minutes,
        "resolutions": [
            [f"{meeting.number}-{row.number}", row.text, str(row.organization), _day(row.due)] for row in resolutions
        ],
        "approved": _approved(meeting),
    }


def _item(item: AgendaItem) -> dict[str, Any]:
    opinions = Opinion.objects.standing().filter(item=item).select_related("seat__organization").order_by("pk")
    votes: dict[str, list[str]] = {}
    for vote in item.votes.select_related("seat__organization").order_by("seat__number"):
        votes.setdefault(str(vote.get_choice_display()), []).append(str(vote.seat))
    return {
        "number": str(item.number),
        "title": item.title,
        "kind": str(item.get_kind_display()),
        "proposer": f"提出：{item.proposer()}",
        "terms": [
            [item.term_label(name), getattr(item, name)]
            for name in AgendaItem.TERMS
            if getattr(item, name)
        ],
        "notes": item.notes,
        "opinions": [
            [str(row.seat), str(row.get_kind_display()), row.text, str(row.get_outcome_display()) or "未答复",
             row.answer or "—"]
            for row in opinions
        ],
        "result": _result(item),
        "votes": "；".join(f"{choice}：{'、'.join(seats)}" for choice, seats in votes.items()),
    }  # fmt: skip


def _result(item: AgendaItem) -> str:
    if item.votes_for is None:
        return str(item.get_status_display())
    return (
        f"{item.get_status_display()}。赞成 {item.votes_for} 席，反对 {item.votes_against} 席，"
        f"弃权 {item.abstentions} 席，缺席 {item.absent} 席。规则：{item.get_rule_display()}。"
    )


def _approved(meeting: Meeting) -> str:
    if not meeting.approved_at:
        return "本纪要尚未批准。"
    note = f"（{meeting.approval_note}）" if meeting.approval_note else ""
    return f"本纪要已于{_day(timezone.localtime(meeting.approved_at))}由{meeting.approved_by}批准{note}。"


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _clean(value: Any) -> Any:
    """Without the characters that no Word file can hold."""
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return NOT_IN_XML.sub("", value)


def _dress(document: Any) -> None:
    """A4, black Chinese type as office papers have it, and the number of the page at its foot."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2.5)
    sizes = {"Normal": ("宋体", 11), "Title": ("黑体", 18), "Heading 1": ("黑体", 13), "Heading 2": ("黑体", 11)}
    for name, (font, size) in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), RGBColor(0, 0, 0)
        style.element.rPr.rFonts.attrib.clear()  # the theme's fonts, which would win
        for script in ("ascii", "hAnsi", "eastAsia"):
            style.element.rPr.rFonts.set(qn(f"w:{script}"), font)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(4), Pt(4)
    for line in document.styles["Title"].element.pPr.findall(qn("w:pBdr")):
        document.styles["Title"].element.pPr.remove(line)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    foot._p.append(number)


def _table(document: Any, widths: Sequence[float], head: list[str] | None, rows: list[list[str]]) -> None:
    """``widths`` in centimetres; the head is bold and stands on every page that the table runs over."""
    table = document.add_table(rows=0, cols=len(widths))
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for line in [*([head] if head else []), *rows]:
        row = table.add_row()
        for cell, text, width in zip(row.cells, line, widths, strict=True):
            cell.width, cell.text = Cm(width), text
            around = cell.paragraphs[0].paragraph_format
            around.space_before = around.space_after = Pt(2)
            if line is head:
                cell.paragraphs[0].runs[0].bold = True
        if line is head:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
