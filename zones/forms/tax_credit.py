from typing import Any

from consortium.forms.fields import DayInput

from ..models import CultivationListing, SurchargeYear
from .rows import RowForm


class ListingForm(RowForm):
    class Meta:
        model = CultivationListing
        fields = ["listed_on", "removed_on", "source"]
        widgets = {"listed_on": DayInput(), "removed_on": DayInput()}


class SurchargeForm(RowForm):
    """The year stays once it is saved."""

    class Meta:
        model = SurchargeYear
        fields = ["year", "due", "source"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["year"]
