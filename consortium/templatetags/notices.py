"""Notices on pages: the name of a kind, and the form of one's choices where another page includes it."""

from django import template
from django.template.context import Context

from consortium.forms.notices import NoticeChoicesForm
from consortium.inbox import kind_label

register = template.Library()
register.filter("kind_label", kind_label)


@register.simple_tag(takes_context=True)
def notice_choices_form(context: Context) -> NoticeChoicesForm:
    """The form that the page brings, or a fresh one of the person who looks."""
    return context.get("notice_form") or NoticeChoicesForm(user=context["request"].user)
