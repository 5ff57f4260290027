from collections.abc import Callable

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from ..services import Refused


def accepted(form: forms.BaseForm, act: Callable[[], object]) -> bool:
    """Run ``act``; when a service refuses it or finds a bad value, put the sentence on the form and answer False."""
    try:
        act()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            form.add_error(None, error)
            return False
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)
        return False
    return True
