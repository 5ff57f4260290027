"""Ningbo 2020, as an example of a region.

Both duties are in the city's measures on school-enterprise cooperation (甬政发〔2011〕140号, in force from 1 February
2012). What breaks a national rule too is found under both texts.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from . import cover, rules
from .national import HOURS_OF_A_DAY
from .packs import Pack, Rule, Severity

CODE = "ningbo-2020"
IN_FORCE = date(2020, 1, 1)  # the example is of that year

NINGBO = Pack(
    CODE,
    _("Ningbo 2020 (example)"),
    (
        Rule(
            "day_hours",
            _("Hours of a day (Ningbo)"),
            _("A student works at most 8 hours a day."),
            _("Ningbo, measures on school-enterprise cooperation (2011, No. 140); article not stated"),
            Severity.WARN,
            rules.day_hours,
            HOURS_OF_A_DAY,
            limit=8,
            since=IN_FORCE,
            pack=CODE,
        ),
        Rule(
            "insurance",
            _("Insurance (Ningbo)"),
            _("No hours are recorded for a day on which the student is not insured."),
            _("Ningbo, measures on school-enterprise cooperation (2011, No. 140), article 2"),
            Severity.BLOCK,
            cover.insurance,
            _("{figure} days of this month without insurance"),
            since=IN_FORCE,
            pack=CODE,
        ),
    ),
)
