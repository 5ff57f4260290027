"""A template's colours and crest in a Word file: put into the parts that ``report_docx`` has written."""

import re
import struct

from .report_charts import WP, A, R
from .report_parts import Document

PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
HEIGHT, WIDEST = 1_224_000, 2_160_000  # EMU: 34 by 60 mm
ITS_ID = 9001  # after all charts
STYLES, TYPES, RELATED = "word/styles.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"
SUBTITLE = (
    '<w:style w:type="paragraph" w:styleId="Subtitle"><w:name w:val="Subtitle"/><w:basedOn w:val="Normal"/>'
    '<w:next w:val="Normal"/><w:qFormat/><w:pPr><w:spacing w:after="1000"/><w:jc w:val="center"/></w:pPr>'
    '<w:rPr><w:sz w:val="26"/><w:szCs w:val="26"/></w:rPr></w:style>'
)
HEADING = re.compile('(<w:style w:type="paragraph" w:styleId="Heading[12]">.*?<w:b/>)')
# round the title: a crest above it and a line below leave less room on the cover
ROOM, LESS_ROOM = 'w:before="2400" w:after="1800"', 'w:before="900" w:after="600"'
STANDARD_HEAD = 'w:fill="EEF2F7"/>'


def picture(document: Document) -> str:
    """The crest as a paragraph of its own; empty without one."""
    if not document.crest:
        return ""
    width, height = struct.unpack(">LL", document.crest[16:24])  # of a PNG that we have drawn
    scale = min(HEIGHT / height, WIDEST / width)
    size = f'cx="{int(width * scale)}" cy="{int(height * scale)}"'
    return (
        '<w:p><w:pPr><w:spacing w:before="1200"/><w:jc w:val="center"/></w:pPr><w:r><w:drawing>'
        f'<wp:inline xmlns:wp="{WP}" distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        f'<wp:docPr id="{ITS_ID}" name="crest" descr="徽标"/><wp:cNvGraphicFramePr/><a:graphic xmlns:a="{A}">'
        f'<a:graphicData uri="{PIC}"><pic:pic xmlns:pic="{PIC}"><pic:nvPicPr><pic:cNvPr id="{ITS_ID}" name="crest"/>'
        '<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="crest"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect">'
        "<a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def styled(parts: dict[str, bytes], document: Document) -> dict[str, bytes]:
    """The parts of the file with the colours of the document's template; the same without one."""
    look = document.look
    if not look.name:
        return parts
    accent, head = look.accent.lstrip("#").upper(), look.head.lstrip("#").upper()
    styles = HEADING.sub(rf'\1<w:color w:val="{accent}"/>', parts[STYLES].decode())
    styles = styles.replace("</w:styles>", f"{SUBTITLE}</w:styles>")
    if document.crest and look.line:
        styles = styles.replace(ROOM, LESS_ROOM)
    body = parts["word/document.xml"].decode().replace(STANDARD_HEAD, f'w:fill="{head}"/>')
    done = parts | {STYLES: styles.encode(), "word/document.xml": body.encode()}
    if document.crest:
        kind = b'<Default Extension="png" ContentType="image/png"/><Override'
        its = f'<Relationship Id="crest" Type="{R}/image" Target="media/crest.png"/></Relationships>'
        done[TYPES] = done[TYPES].replace(b"<Override", kind, 1)
        done[RELATED] = done[RELATED].replace(b"</Relationships>", its.encode())
        done["word/media/crest.png"] = document.crest
    return done
