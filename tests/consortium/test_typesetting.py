"""What people type always comes out on paper: as itself, or as the code of a sign that our fonts do not have."""

import json
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from consortium.typesetting import typeset


@pytest.fixture
def said(tmp_path):
    template = tmp_path / "said.typ"
    template.write_text(
        '#set document(title: "t")\n#set text(font: "Noto Sans SC", fallback: false)\n#json(bytes(sys.inputs.words))'
    )

    def said(text: str) -> str:
        pdf = typeset(template, {"words": json.dumps(text, ensure_ascii=False)}, timezone.now())
        return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)

    return said


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("示例人员，2026年", "示例人员，2026年"),
        ("示例𠮷野😀", "示例〔U+20BB7〕野〔U+1F600〕"),
        ('#import "/etc/passwd" {{7*7}} <w:br/> =1+1', '#import "/etc/passwd" {{7*7}} <w:br/> =1+1'),
        ("\u202e右起\u202e", "〔U+202E〕右起〔U+202E〕"),
    ],
)
def test_every_sign_stands_on_paper(said, typed, read):
    assert said(typed).replace(" ", "") == read.replace(" ", "")  # between scripts the line leaves a gap
