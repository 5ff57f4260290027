"""Is every source string translated, and the compiled catalogue that of the source? Exit 1 and what is missing."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = Path("locale") / "zh_Hans" / "LC_MESSAGES"
MAKE = ["-l", "zh_Hans", "--no-location", "--no-obsolete", "-i", ".venv", "-i", "var", "-i", "tests"]


def collected() -> polib.POFile:
    """The catalogue as makemessages would write it now, made in a copy of the checkout."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for name in filter(None, names.split("\0")):
            if name.endswith((".py", ".html", ".po", ".txt")) and (ROOT / name).exists():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy / name)
        command = [sys.executable, "manage.py", "makemessages", *MAKE]
        made = subprocess.run(command, cwd=copy, capture_output=True, text=True, env=os.environ | {"DEBUG": "yes"})
        if made.returncode:
            sys.exit(made.stdout + made.stderr)
        return polib.pofile(str(copy / LANGUAGE / "django.po"))


def main() -> int:
    catalogue = collected()
    faults = [f"not translated: {entry.msgid!r}" for entry in catalogue if not entry.translated()]
    compiled = {entry.msgid_with_context: entry for entry in polib.mofile(str(ROOT / LANGUAGE / "django.mo"))}
    for entry in catalogue:
        found = compiled.get(entry.msgid_with_context)
        if found is None or (found.msgstr, found.msgstr_plural) != (entry.msgstr, entry.msgstr_plural):
            faults.append(f"not in the compiled catalogue: {entry.msgid!r}")
    print("\n".join(sorted(set(faults))) or f"{len(catalogue)} strings, all translated")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
