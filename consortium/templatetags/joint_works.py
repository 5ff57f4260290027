"""A small radar of ten rays: how many records stand behind each of the ten joint works."""

import math

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from consortium.joint_works import Cooperation

register = template.Library()
MIDDLE, OUTER, FULL = 50, 44, 3  # a ray is full with so many records


@register.simple_tag
def radar(pair: Cooperation) -> SafeString:
    """The picture; it says nothing to a screen reader, so the figures stand beside it."""
    counts = [min(len(found), FULL) for _work, found in pair.works]
    rings = format_html_join(
        "", '<polygon class="ring" points="{}"/>', ((_points([ring] * len(counts)),) for ring in (1, 2, FULL))
    )
    return format_html(
        '<svg class="radar10" viewBox="0 0 100 100" aria-hidden="true">{}<polygon class="area" points="{}"/></svg>',
        rings,
        _points(counts),
    )


def _points(counts: list[int]) -> str:
    places = []
    for number, count in enumerate(counts):
        angle = 2 * math.pi * number / len(counts) - math.pi / 2
        far = OUTER * count / FULL
        places.append(f"{MIDDLE + far * math.cos(angle):.1f},{MIDDLE + far * math.sin(angle):.1f}")
    return " ".join(places)
