"""How a browser hands in files and reads them, and what is said of it."""

import re

from django.urls import reverse

from consortium.models import HistoryEntry


def url(name: str, *args) -> str:
    return reverse(f"consortium:attachment_{name}", args=args)


def send(client, owner, *sent, follow=True, **data):
    address = url("create", owner._meta.label_lower, owner.pk)
    return client.post(address, {"uploads": list(sent), **data}, follow=follow)


def get(client, address: str, **headers: str):
    """The answer; all it says in ``body``, in ``words`` without its own address and the secret of its forms."""
    answer = client.get(address, headers=headers)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = answer.body.decode(errors="replace").replace(address, "")
    answer.words = re.sub(r'(csrfmiddlewaretoken" value=)"[^"]*"', r"\1", text)
    return answer


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def lines(owner) -> list[tuple[str, str, str]]:
    return [
        (entry.what_label, entry.new_label, entry.new) for entry in HistoryEntry.objects.about(owner).order_by("pk")
    ]
