"""The rules that hold everywhere in China.

Mostly of the provisions on internships of vocational students of 31 December 2021 (职业学校学生实习管理规定). An
article is named where its text was read; elsewhere it is said that the article is not stated.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from . import cover, rules
from .packs import Pack, Rule, Severity

PROVISIONS = date(2021, 12, 31)
CODE = "national"
OF_2021 = _("Provisions on internships of vocational students (2021); article not stated")
WORKING_TIME = _("State Council on the working time of employees (1995); article not stated")
HOURS_OF_A_DAY = _("{figure} hours, at most {limit}")

NATIONAL = Pack(
    CODE,
    _("National rules"),
    (
        Rule(
            "under_age",
            _("Under 16"),
            _("Nobody under 16 is placed in a post."),
            _("Provisions on internships of vocational students (2021), article 16 (2)"),
            Severity.BLOCK,
            rules.under_age,
            _("{figure} years old on the first day, at least {limit}"),
            limit=16,
            since=PROVISIONS,
            pack=CODE,
        ),
        Rule(
            "first_year",
            _("First year"),
            _("Nobody in the first year is placed in a post."),
            _("Provisions on internships of vocational students (2021), article 16 (1)"),
            Severity.BLOCK,
            rules.first_year,
            _("in the first year on the first day"),
            since=PROVISIONS,
            pack=CODE,
        ),
        Rule(
            "day_hours",
            _("Hours of a day"),
            _("A student works at most 8 hours a day."),
            WORKING_TIME,
            Severity.BLOCK,
            rules.day_hours,
            HOURS_OF_A_DAY,
            limit=8,
            since=date(1995, 5, 1),
            pack=CODE,
        ),
        Rule(
            "week_hours",
            _("Hours of a week"),
            _("A student works at most 40 hours from Monday to Sunday."),
            WORKING_TIME,
            Severity.WARN,
            rules.week_hours,
            _("{figure} hours from this Monday to Sunday, at most {limit}"),
            limit=40,
            since=date(1995, 5, 1),
            pack=CODE,
        ),
        Rule(
            "public_holiday",
            _("Public holiday"),
            _("A student does not work on public holidays and the days off that belong to them."),
            OF_2021,
            Severity.WARN,
            rules.public_holiday,
            _("{figure} hours on a public holiday"),
            since=PROVISIONS,
            pack=CODE,
        ),
        Rule(
            "rest_day",
            _("Rest day"),
            _("A student does not work on Saturdays and Sundays, unless they were made working days."),
            OF_2021,
            Severity.WARN,
            rules.rest_day,
            _("{figure} hours on a rest day"),
            since=PROVISIONS,
            pack=CODE,
        ),
        Rule(
            "agreement",
            _("Three-party agreement"),
            _("On each day at work an agreement of student, college and this enterprise is in force."),
            OF_2021,
            Severity.WARN,
            cover.agreement,
            _("{figure} days of this month without an agreement"),
            since=PROVISIONS,
            pack=CODE,
        ),
        Rule(
            "insurance",
            _("Insurance"),
            _("On each day at work the student is insured."),
            OF_2021,
            Severity.WARN,
            cover.insurance,
            _("{figure} days of this month without insurance"),
            since=PROVISIONS,
            pack=CODE,
        ),
        Rule(
            "staff_share",
            _("Students at an enterprise"),
            _("Students at work in an enterprise are at most a tenth of its staff; without a staff figure, none."),
            _("Provisions on internships of vocational students, article 9 (edition of 2016)"),
            Severity.WARN,
            rules.staff_share,
            _("{figure} students, {base} staff, at most {limit} %"),
            limit=10,
            since=PROVISIONS,
            pack=CODE,
        ),
        Rule(
            "post_share",
            _("Students in a post"),
            _("Students at work in a post are at most a fifth of the staff in it."),
            _("Provisions on internships of vocational students, article 9 (edition of 2016)"),
            Severity.WARN,
            rules.post_share,
            _("{figure} students, {base} staff in this post, at most {limit} %"),
            limit=20,
            since=PROVISIONS,
            pack=CODE,
        ),
        Rule(
            "pay_share",
            _("Pay"),
            _("A student earns at least four fifths of what the post pays."),
            _("Provisions on internships of vocational students (2021), article 18"),
            Severity.WARN,
            rules.pay_share,
            _("{figure} yuan a month, the post {base} yuan, at least {limit} %"),
            limit=80,
            since=PROVISIONS,
            pack=CODE,
        ),
    ),
)
