from ..filters import date_input
from ..models import HourlyRate
from .rows import RowForm


class HourlyRateForm(RowForm):
    class Meta:
        model = HourlyRate
        fields = ["activity", "amount", "starts_on", "ends_on"]
        widgets = {"starts_on": date_input(), "ends_on": date_input()}
