"""Charts of annual reports as SVG, the same for their page and their PDF: vectors of a few hundred bytes."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .report_parts import Cell

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 480, 150, 24, 22, 22
LINE, RULE, QUIET = "#1b4d8f", "#b9c1cc", "#5b6675"  # the page has its own, by CSS


def line_svg(title: str, cells: Sequence[tuple[Cell, Cell, str]]) -> SafeString:
    """A line over ``cells``: name, value, and the value as it is shown. Where there is no number the line is broken."""
    points = [(name, value if isinstance(value, int | Decimal) else None, text) for name, value, text in cells]
    values = [value for _name, value, _text in points if value is not None]
    highest, lowest = max([*values, 0]), min([*values, 0])
    step = (WIDTH - 2 * LEFT) / max(len(points) - 1, 1)
    high = HEIGHT - TOP - BOTTOM

    def across(at: int) -> str:
        return f"{LEFT + step * at:.1f}"

    def up(value: Decimal | int) -> str:
        share = float((value - lowest) / (highest - lowest)) if highest > lowest else 0.0
        return f"{TOP + high * (1 - share):.1f}"

    strokes: list[list[str]] = [[]]
    for at, (_name, value, _text) in enumerate(points):
        if value is None:
            strokes.append([])
        else:
            strokes[-1].append(f"{across(at)},{up(value)}")
    lines = format_html_join("", '<polyline points="{}"/>', ((" ".join(stroke),) for stroke in strokes if stroke))
    dots = format_html_join(
        "",
        '<circle cx="{0}" cy="{1}" r="2.5"/>',
        ((across(at), up(value)) for at, (_name, value, _text) in enumerate(points) if value is not None),
    )
    texts = format_html_join(
        "",
        '<text x="{}" y="{}">{}</text>',
        [(across(at), HEIGHT - 8, name) for at, (name, _value, _text) in enumerate(points)]
        + [
            (across(at), f"{float(up(value)) - 6:.1f}", text)
            for at, (_name, value, text) in enumerate(points)
            if value is not None
        ],
    )
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="line-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<path d="M0 {}H{}" stroke="{}" fill="none"/><g fill="none" stroke="{}" stroke-width="2">{}</g>'
        '<g fill="{}">{}</g><g fill="{}" font-size="9" font-family="Noto Sans SC, sans-serif" text-anchor="middle">{}'
        "</g></svg>",
        WIDTH, HEIGHT, title, up(0), WIDTH, RULE, LINE, lines, LINE, dots, QUIET, texts,
    )  # fmt: skip
