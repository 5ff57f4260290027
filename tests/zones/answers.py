"""What the zones' services and pages answer, in the words that tests compare."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from consortium.services import Refused


def errors(act) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        act()
    return caught.value.message_dict


def refusal(act) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return str(caught.value)


def url(name: str, *args) -> str:
    return reverse(f"zones:{name}", args=args)


def sheet(answer) -> list[tuple]:
    return list(load_workbook(BytesIO(answer.content)).active.values)
