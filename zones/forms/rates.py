from consortium.forms.fields import DayInput

from ..models import HourlyRate
from .rows import RowForm


class HourlyRateForm(RowForm):
    class Meta:
        model = HourlyRate
        fields = ["activity", "amount", "starts_on", "ends_on"]
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}
