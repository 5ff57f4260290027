"""How things look: icons, states, lights, figures, dates and fields, one way each on every page."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, NullBooleanSelect, RadioSelect, Select
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from consortium import permissions

register = template.Library()

CHIPS = {"ok": "tick", "warn": "warn", "bad": "x", "act": "half", "draft": "dash", "": "dash"}
LIGHTS = {"done": "done", "plan": "ring", "soon": "tri", "late": "sq", "none": "dash"}

# status of any record → (kind of chip, shape); a status that is not here is grey
LOOKS = {
    "accepted": ("ok", "tick"),
    "active": ("ok", "tick"),
    "answered": ("act", "half"),
    "called": ("act", "half"),
    "approved": ("ok", "tick"),
    "closed": ("", "lock"),
    "cancelled": ("", "lock"),
    "checked": ("act", "half"),
    "confirmed": ("ok", "tick"),
    "defeated": ("bad", "x"),
    "deferred": ("warn", "warn"),
    "delivered": ("act", "half"),
    "done": ("ok", "tick"),
    "draft": ("draft", "dash"),
    "ended": ("", "lock"),
    "expired": ("warn", "warn"),
    "failed": ("bad", "x"),
    "granted": ("ok", "tick"),
    "finished": ("", "lock"),
    "in_approval": ("act", "half"),
    "in_progress": ("act", "half"),
    "in_session": ("act", "half"),
    "minutes": ("act", "half"),
    "noted": ("ok", "tick"),
    "objection": ("bad", "x"),
    "partly": ("act", "half"),
    "paused": ("warn", "warn"),
    "passed": ("ok", "tick"),
    "not_started": ("draft", "dash"),
    "open": ("act", "half"),
    "planned": ("draft", "dash"),
    "planning": ("draft", "dash"),
    "preparing": ("draft", "dash"),
    "published": ("ok", "tick"),
    "publicity": ("act", "half"),
    "queued": ("", "dash"),
    "recorded": ("act", "half"),
    "recruiting": ("act", "half"),
    "refused": ("bad", "x"),
    "rejected": ("bad", "x"),
    "returned": ("bad", "back"),
    "review": ("act", "half"),
    "running": ("act", "half"),
    "self_assessment": ("act", "half"),
    "signed": ("ok", "tick"),
    "submitted": ("act", "half"),
    "superseded": ("", "lock"),
    "terminated": ("bad", "x"),
    "taken": ("ok", "tick"),
    "verified": ("ok", "tick"),
    "voting": ("act", "half"),
    "withdrawn": ("", "lock"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """The icon ``name`` of the sprite; it says nothing to a screen reader, so a word stands beside it."""
    return format_html('<svg class="ico" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("icons.svg"), name)


@register.simple_tag
def shape(name: str) -> SafeString:
    """A shape of lights and chips: done, ring, tri, sq, dash, half, tick, back, lock, x, warn, mark."""
    return format_html('<svg aria-hidden="true"><use href="{}#s-{}"/></svg>', static("icons.svg"), name)


@register.simple_tag
def chip(text: object, kind: str = "", form: str = "") -> SafeString:
    """A chip: ``kind`` is ok, warn, bad, act, draft or "" (grey); ``form`` another shape than the kind's own."""
    return format_html(
        '<span class="chip{}">{}{}</span>', f" chip-{kind}" if kind else "", shape(form or CHIPS[kind]), text
    )


@register.simple_tag
def state(obj: Any) -> SafeString:
    """The chip of a record's status."""
    kind, form = LOOKS.get(obj.status, ("", "dash"))
    return chip(obj.get_status_display(), kind, form)


@register.simple_tag
def state_chip(value: str, label: object) -> object:
    """A choice as it looks on records: the chip of a state, the bare word of anything else, such as a kind."""
    return chip(label, *LOOKS[value]) if value in LOOKS else label


@register.simple_tag
def light(kind: str, text: object) -> SafeString:
    """A light: ``kind`` is done, plan, soon, late or none; the word says what the colour says."""
    return format_html('<span class="light light-{}">{}{}</span>', kind, shape(LIGHTS[kind]), text)


@register.simple_tag(takes_context=True)
def may(context: Context, act: str, obj: Any = None) -> bool:
    """Whether the person who looks may do ``act`` to ``obj``: buttons are shown by the table that services obey."""
    return permissions.may(context["request"].user, act, obj)


@register.simple_tag(takes_context=True)
def nav_link(context: Context, route: str, label: str) -> SafeString:
    """A link of the main navigation, marked while one is in its room."""
    href = reverse(route)
    here = context["request"].resolver_match
    current = here is not None and (here.view_name == route or ":" in route and here.namespace == route.split(":")[0])
    return format_html('<a href="{}"{}>{}</a>', href, SafeString(' aria-current="true"') if current else "", label)


@register.filter
def widget(field: BoundField) -> SafeString:
    """The field's input with the classes of its kind. Its help and errors are tied to it by Django's own ids."""
    control = field.field.widget
    if isinstance(control, RadioSelect | CheckboxSelectMultiple | CheckboxInput):
        return field.as_widget()
    if control.attrs.get("placeholder") == field.label:  # allauth repeats the label where an example belongs
        del control.attrs["placeholder"]
    css = ["form-control", control.attrs.get("class", ""), "is-invalid" if field.errors else ""]
    if isinstance(control, Select):
        css[0] = "form-select"
        control.choices = [
            ("", _("Choose") if field.field.required else _("None")) if value == "" else (value, label)
            for value, label in control.choices
        ]
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, css))}
    return field.as_widget(attrs=attrs)


@register.filter
def filter_widget(field: BoundField) -> SafeString:
    """A field of a filter bar, which has no room for labels: a select says "Zone: all", the rest say it aloud."""
    control = field.field.widget
    label = str(field.label)
    css = "form-control" + (" is-on" if field.value() else "")
    attrs: dict[str, str | bool] = {"aria-label": label}
    if isinstance(control, Select):
        empty = {"", None, "unknown" if isinstance(control, NullBooleanSelect) else ""}
        shown = control.format_value(field.value())
        chosen = ({shown} if isinstance(shown, str) else {str(value) for value in shown}) - empty
        css = "form-select" + (" is-on" if chosen else "")
        control.choices = [
            (value, _("%(label)s: %(choice)s") % {"label": label, "choice": _("all") if value in empty else choice})
            if value in empty or str(value) in chosen
            else (value, choice)
            for value, choice in control.choices
        ]
    elif field.name == "q":
        control.input_type = "search"
        css = "form-control q"
        attrs["placeholder"] = label
    return field.as_widget(attrs={**attrs, "class": css})


@register.filter
def is_choices(field: BoundField) -> bool:
    """Whether the field is several inputs under one question, which is a fieldset with a legend."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose label stands after it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_select(field: BoundField) -> bool:
    """Whether the field is a drop-down list, which in a filter bar says its own name."""
    return isinstance(field.field.widget, Select)


@register.filter
def hours(value: Decimal | float | None) -> str:
    """Hours with at most two decimals and no zero at the end, thousands apart: 2.5, 38, 1,042; nothing for None."""
    if value is None:
        return ""
    return f"{_rounded(value):,f}".rstrip("0").rstrip(".")


@register.filter
def score(value: Decimal | float | None) -> str:
    """A score with two decimals, half up: 82.32; nothing for None."""
    return "" if value is None else f"{_rounded(value):f}"


@register.filter
def money(value: Decimal | float | None) -> str:
    """Yuan with thousands separators, cents only when there are any: 73,440 and 73,440.50; nothing for None."""
    return "" if value is None else f"{_rounded(value):,f}".removesuffix(".00")


@register.filter
def cn_date(value: date | datetime | None) -> str:
    """A day as the language writes it, 2026年3月31日; of a moment, its day here. Nothing for None."""
    if not value:
        return ""
    return date_format(timezone.localtime(value) if isinstance(value, datetime) else value)


@register.filter
def cn_time(value: datetime | None) -> str:
    """A moment, here: the day as ``cn_date`` and the minute, 2026年3月31日 14:05. Nothing for None."""
    return f"{cn_date(value)} {timezone.localtime(value):%H:%M}" if value else ""


def _rounded(value: Decimal | float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
