"""The annual report's template and what it is given."""

import json
from pathlib import Path

TEMPLATES = Path(__file__).parent / "typst"


def report_source(printed: dict) -> tuple[Path, dict[str, str]]:
    """The template of the annual report and its inputs, for ``printed`` as ``services.reports.printed`` gives it."""
    return TEMPLATES / "annual_report.typ", {"report": json.dumps(printed, ensure_ascii=False)}
