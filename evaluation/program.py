"""Which program makes reports here: two workers with the same one make the same bytes of the same records."""

import hashlib
from functools import cache
from pathlib import Path

from consortium import typesetting

ROOM = Path(__file__).parent
TEMPLATES = ("typst/**/*", "docx/**/*")


@cache
def program() -> str:
    """Sixteen signs of the SHA-256 of this room's source, the templates, and what sets them.

    Read once a process: what is asked for is the program that runs, not the one on the disk by now.
    """
    files = {path for pattern in ("**/*.py", *TEMPLATES) for path in ROOM.glob(pattern) if path.is_file()}
    said = hashlib.sha256()
    for path in (*sorted(files), Path(typesetting.__file__)):
        content = path.read_bytes()
        said.update(f"{path.name} {len(content)}\n".encode() + content)
    return said.hexdigest()[:16]
