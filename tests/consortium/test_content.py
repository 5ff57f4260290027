"""What comes in and under which name, by the bytes and not by what the sender says."""

import pytest
from django.utils.translation import override

from consortium.content import Unfit, cleaned, recognise

from . import files

NOT_TAKEN = (
    "This kind of file is not taken. Hand in a PDF, a picture (JPG, PNG, WEBP), a Word, Excel, PowerPoint or WPS "
    "file, an OFD or a text; a packed folder as its single files."
)
MACROS = "This file holds macros, which can do harm. Save it without them and hand it in again."
DAMAGED = "This file is damaged and cannot be read."
BOMB = "Unpacked, this file would be far too large."
LOCKED = "This file is locked with a password. Hand it in without one."
MARKUP = "Web pages and drawings that can hold scripts are not taken. Hand it in as a PDF."
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


@pytest.fixture
def look_at(tmp_path):
    """The media type and name that these bytes get, or the sentence that refuses them."""

    def look(name: str, data: bytes) -> tuple[str, str] | str:
        path = tmp_path / "bytes"
        path.write_bytes(data)
        try:
            kind, kept = recognise(path, name)
        except Unfit as unfit:
            return str(unfit)
        return kind.media_type.rpartition(".")[2], kept

    return look


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("通知.pdf", files.pdf(), "application/pdf"),
        ("照片.png", files.picture(), "image/png"),
        ("照片.JPEG", files.picture("JPEG"), "image/jpeg"),
        ("照片.webp", files.picture("WEBP"), "image/webp"),
        ("请示.docx", files.docx(), "document"),
        ("汇总.xlsx", files.xlsx(), "sheet"),
        ("讲稿.pptx", files.packed(**{"[Content_Types]_dot_xml": PPTX.encode()}), "presentation"),
        ("发票.ofd", files.packed(OFD_dot_xml=b"<ofd/>"), "application/ofd"),
        ("旧文.doc", files.old_office("Root Entry", "WordDocument"), "application/msword"),
        ("旧文.wps", files.old_office("Root Entry", "WordDocument"), "application/msword"),
        ("旧表.xls", files.old_office("Root Entry", "Workbook"), "ms-excel"),
        ("讲稿.ppt", files.old_office("Root Entry", "PowerPoint Document"), "ms-powerpoint"),
        ("记录.txt", "会议记录\r\n第一项".encode(), "text/plain"),
        ("记录.txt", "会议记录".encode("gb18030"), "text/plain"),
        ("工时.csv", "姓名,工时\r\n示例,2".encode("utf-8-sig"), "text/csv"),
    ],
)
def test_each_kind_of_paper_that_an_office_has_comes_in(look_at, name, data, found):
    kind, kept = look_at(name, data)
    assert kind == found
    assert kept == name.replace(".JPEG", ".jpeg")


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("程序.pdf", b"MZ\x90\x00" + bytes(200), NOT_TAKEN),
        ("网页.pdf", b"<!DOCTYPE html><html><script>alert(1)</script></html>", MARKUP),
        ("网页.txt", b"\xef\xbb\xbf \n<HTML><body onload=alert(1)>", MARKUP),
        ("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', MARKUP),
        ("图.png", b'<?xml version="1.0"?><svg onload="alert(1)"/>', MARKUP),
        ("包.zip", files.packed(a_dot_txt=b"text"), NOT_TAKEN),
        ("包.docx", files.packed(a_dot_txt=b"text"), NOT_TAKEN),
        ("安装.doc", files.old_office("Root Entry", "Property", "File"), NOT_TAKEN),
        ("动图.gif", b"GIF89a" + bytes(40), NOT_TAKEN),
        ("空.pdf", b"", "This file is empty."),
        ("脚本.bat", b"@echo off\r\n", "It is named .bat but is: Text. Name it .txt and hand it in again."),
        ("通知.pdf", files.docx(), "It is named .pdf but is: Word document. Name it .docx and hand it in again."),
        ("照片.pdf", files.picture(), "It is named .pdf but is: Picture. Name it .png and hand it in again."),
        ("坏图.png", files.picture()[:20], "This picture is damaged and cannot be read."),
        ("坏文.docx", files.docx()[:2000], DAMAGED),
        ("坏文.docx", b"PK\x03\x04" + bytes(100), DAMAGED),
        ("宏.docx", files.with_part(files.docx(), "word/vbaProject.bin", b"x"), MACROS),
        (
            "宏.xlsx",
            files.with_part(
                files.xlsx(),
                "[Content_Types].xml",
                b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>',
                replace=True,
            ),
            MACROS,
        ),
        ("宏.doc", files.old_office("Root Entry", "WordDocument", "_VBA_PROJECT"), MACROS),
        ("密.docx", files.old_office("Root Entry", "EncryptedPackage"), LOCKED),
        ("炸弹.docx", files.with_part(files.docx(), "word/media/a.xml", bytes(30_000_000)), BOMB),
        (
            "大图.png",
            files.png_that_says(40_000, 40_000),
            "This picture has too many pixels. Make it smaller, at most 90 million.",
        ),
        (
            "大图.png",
            files.png_that_says(10_000, 9_001),
            "This picture has too many pixels. Make it smaller, at most 90 million.",
        ),
    ],
)
def test_what_could_do_harm_is_refused_in_a_sentence(look_at, name, data, sentence):
    assert look_at(name, data) == sentence


def test_an_office_file_of_countless_parts_is_refused(look_at):
    parts = files.packed(**{f"part{number}": b"" for number in range(10_001)})
    assert look_at("多.docx", parts) == BOMB


def test_a_table_of_contents_that_would_fill_the_memory_is_not_read(look_at):
    endless = files.packed(**{f"part{number:0250d}": b"" for number in range(6_000)})
    assert look_at("多.docx", endless) == DAMAGED


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\张三\\桌面\\通知.pdf", "通知.pdf"),
        ("..\\..\\通知.pdf", "通知.pdf"),
        ("通知\r\nSet-Cookie: a=b.pdf", "通知Set-Cookie: a=b.pdf"),
        ("通知\u202efdp.exe", "通知fdp.exe"),
        ("e\u0301tude.pdf", "étude.pdf"),
        ("  多  空　格 .pdf ", "多 空 格 .pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("\ud800.pdf", "pdf"),
    ],
)
def test_a_name_loses_paths_and_what_cannot_be_seen(sent, kept):
    assert cleaned(sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("image", "image.png"),  # a telephone's gallery
        ("微信图片.jpg", "微信图片.png"),  # a chat program's idea of a picture's name
        ("", "File.png"),
        (".png", "png.png"),
        ("长" * 300 + ".png", "长" * 196 + ".png"),
    ],
)
def test_a_name_gets_the_ending_of_what_the_picture_is(look_at, sent, kept):
    assert look_at(sent, files.picture()) == ("image/png", kept)
