"""How people's devices and sign-ins are named."""

from datetime import datetime
from typing import Any

from django import template
from django.template.context import Context
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium import personal

from .look import cn_time

register = template.Library()

# The first that occurs names it: browsers carry the names of those that they resemble.
BROWSERS = [
    ("MicroMessenger", gettext_noop("WeChat")),
    ("DingTalk", gettext_noop("DingTalk")),
    ("QQBrowser", gettext_noop("QQ Browser")),
    ("UCBrowser", gettext_noop("UC Browser")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("OPR", "Opera"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
SYSTEMS = [
    ("HarmonyOS", gettext_noop("HarmonyOS")),
    ("Android", gettext_noop("Android phone")),
    ("iPhone", gettext_noop("iPhone")),
    ("iPad", gettext_noop("iPad")),
    ("Windows", gettext_noop("Windows computer")),
    ("Mac OS", gettext_noop("Apple computer")),
    ("Linux", gettext_noop("Linux computer")),
]


@register.filter
def device(user_agent: str) -> str:
    """What a browser says of itself, for people: "Windows computer · Chrome"; nothing known is said as such."""
    known = [next((name for mark, name in names if mark in user_agent), "") for names in (SYSTEMS, BROWSERS)]
    return " · ".join(_(name) for name in known if name) or _("Unknown device")


@register.simple_tag(takes_context=True)
def last_sign_in(context: Context, person: Any) -> str:
    """When ``person`` signed in last, as the reader may see it."""
    at = personal.shown(person, "last_login", context["request"].user)
    if isinstance(at, datetime):
        return cn_time(at)
    return at or _("never")
