"""Draws a picture of a file, in a process of its own: ``python -I drawing.py SOURCE TARGET MEDIA_TYPE PAGE WIDTH``.

The file comes from anybody. Whatever it does to the libraries that read it (crash, fill the memory, never end), it does
here and not to the web server. Knows nothing of Django. Prints how many pages the file has; exit 1 when it cannot draw.
"""

import contextlib
import resource
import sys
from pathlib import Path

from PIL import Image, ImageFile, ImageOps

MEMORY = 1 << 30  # bytes; a picture of 90 million pixels takes a third of it
SECONDS = 10  # of the processor
LONGEST = 3  # times the width; a page that is longer is drawn smaller


def draw(source: Path, target: Path, media_type: str, page: int, width: int) -> int:
    """Write page ``page`` (from 1) of ``source`` to ``target`` as a JPEG ``width`` wide; how many pages there are."""
    if media_type == "application/pdf":
        picture, pages = _page(source, page, width)
    else:
        picture, pages = _picture(source, media_type, width), 1
    picture.save(target, "JPEG", quality=82, optimize=True)  # a new picture: nothing of the old one's EXIF goes along
    return pages


def _picture(source: Path, media_type: str, width: int) -> Image.Image:
    with Image.open(source, formats=[media_type.removeprefix("image/")]) as opened:
        opened.draft("RGB", (width, width * LONGEST))  # a JPEG is read at the size that is needed
        opened.thumbnail((2 * width, 2 * width * LONGEST), reducing_gap=2.0)
        turned = ImageOps.exif_transpose(opened)
        turned.thumbnail((width, width * LONGEST))
        ground = Image.new("RGB", turned.size, "white")
        turned = turned.convert("RGBA")
        ground.paste(turned, mask=turned)
        return ground


def _page(source: Path, page: int, width: int) -> tuple[Image.Image, int]:
    import pypdfium2

    with contextlib.closing(pypdfium2.PdfDocument(source)) as document:
        pages = len(document)
        with contextlib.closing(document[page - 1]) as leaf:
            scale = min(width / leaf.get_width(), width * LONGEST / leaf.get_height())
            return leaf.render(scale=scale).to_pil().convert("RGB"), pages


if __name__ == "__main__":
    for limit, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with contextlib.suppress(OSError, ValueError):  # not every system has both
            resource.setrlimit(limit, (value, value))
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # half a photograph is better than none
    try:
        print(draw(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")
