"""How things look: figures, dates, states and fields come out the same on every page."""

import datetime
import re
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import engines
from django.utils.translation import override

from consortium.models import Organization
from consortium.templatetags import look


class CodeForm(forms.Form):
    code = forms.CharField(label="Code", help_text="As on the licence.")
    kind = forms.ChoiceField(label="Kind", choices=[("", "---------"), ("park", "Park")])
    note = forms.ChoiceField(label="Note", choices=[("", "---------"), ("long", "Long")], required=False)
    lead = forms.BooleanField(label="Lead", required=False)


class FilterForm(forms.Form):
    q = forms.CharField(label="Name", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("", "---------"), ("park", "Park")], required=False)
    lead = forms.NullBooleanField(label="Lead", required=False)


def render(source: str, **context: object) -> str:
    request = context.pop("request", None)
    return engines["django"].from_string("{% load look %}" + source).render(context, request).strip()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2.50", "2.5"),
        ("38.00", "38"),
        ("0", "0"),
        ("100", "100"),
        ("0.25", "0.25"),
        ("1.005", "1.01"),
        ("1042.50", "1,042.5"),
        (None, ""),
    ],
)
def test_hours_have_at_most_two_decimals_and_no_zero_at_the_end(value, text):
    assert look.hours(value and Decimal(value)) == text


@pytest.mark.parametrize(("value", "text"), [("82.325", "82.33"), ("82.3", "82.30"), ("100", "100.00"), (None, "")])
def test_a_score_has_two_decimals_rounded_half_up(value, text):
    assert look.score(value and Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "text"), [("73440", "73,440"), ("73440.5", "73,440.50"), ("1234567.00", "1,234,567"), (None, "")]
)
def test_money_has_thousands_separators_and_cents_only_when_there_are_any(value, text):
    assert look.money(value and Decimal(value)) == text


def test_a_day_is_written_in_the_language_of_the_page():
    day = datetime.date(2026, 3, 31)
    with override("zh-hans"):
        assert look.cn_date(day) == "2026年3月31日"
    with override("en"):
        assert look.cn_date(day) == "March 31, 2026"
    assert look.cn_date(None) == ""


def test_a_moment_is_written_in_the_time_of_the_place_not_of_greenwich():
    late = datetime.datetime(2026, 3, 31, 16, 5, tzinfo=ZoneInfo("UTC"))
    with override("zh-hans"):
        assert look.cn_date(late) == "2026年4月1日"
        assert look.cn_time(late) == "2026年4月1日 00:05"
    assert look.cn_time(None) == ""


def test_an_icon_points_into_the_sprite_and_is_silent():
    assert render('{% icon "bell" %}') == (
        '<svg class="ico" aria-hidden="true"><use href="/static/icons.svg#i-bell"/></svg>'
    )


def test_a_state_is_a_word_a_shape_and_a_colour():
    record = SimpleNamespace(status="returned", get_status_display=lambda: "已退回")
    assert render("{% state record %}", record=record) == (
        '<span class="chip chip-bad"><svg aria-hidden="true"><use href="/static/icons.svg#s-back"/></svg>已退回</span>'
    )


def test_a_state_that_nobody_described_is_grey_and_keeps_its_word():
    record = SimpleNamespace(status="dreaming", get_status_display=lambda: "<梦>")
    assert render("{% state record %}", record=record) == (
        '<span class="chip"><svg aria-hidden="true"><use href="/static/icons.svg#s-dash"/></svg>&lt;梦&gt;</span>'
    )


def test_every_look_names_a_shape_that_the_sprite_has(settings):
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    shapes = {form for _kind, form in look.LOOKS.values()} | {*look.CHIPS.values()} | {*look.LIGHTS.values()}
    assert {shape for shape in shapes if f'id="s-{shape}"' not in sprite} == set()
    assert {kind for kind, _form in look.LOOKS.values()} - {*look.CHIPS} == set()


def test_every_icon_that_a_template_names_is_in_the_sprite(settings):
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    named = {
        (path.name, prefix, name)
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for tag, prefix in (("icon", "i"), ("shape", "s"))
        for name in re.findall(rf"{{% {tag} [\"']([\w-]+)[\"']", path.read_text())
    }
    assert {(page, name) for page, prefix, name in named if f'id="{prefix}-{name}"' not in sprite} == set()
    assert ("_topbar.html", "i", "moon") in named


def test_no_template_carries_script_or_style_that_the_policy_refuses(settings):
    refused = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    pages = list((settings.BASE_DIR / "templates").rglob("*.html"))
    assert [(page.name, found[0]) for page in pages for found in refused.finditer(page.read_text())] == []
    assert refused.search('<p style="color: red">')


def test_a_light_says_in_words_what_its_colour_says():
    assert render('{% light "late" "逾期20天" %}') == (
        '<span class="light light-late"><svg aria-hidden="true"><use href="/static/icons.svg#s-sq"/></svg>'
        "逾期20天</span>"
    )


def test_a_button_is_shown_by_the_table_that_services_obey(rf, secretariat, partner):
    source = '{% may "organization.add" as allowed %}{{ allowed }}'
    answers = {}
    for user in (secretariat, partner):
        request = rf.get("/")
        request.user = user
        answers[user.username] = render(source, request=request)
    assert answers == {"secretariat": "True", "partner": "False"}


def test_the_navigation_marks_the_room_one_is_in(rf, secretariat):
    request = rf.get("/")
    request.user = secretariat
    request.resolver_match = SimpleNamespace(view_name="consortium:organization_detail", namespace="consortium")
    assert render('{% nav_link "consortium:organization_list" "联合体" %}', request=request) == (
        '<a href="/consortium/" aria-current="true">联合体</a>'
    )
    request.resolver_match = SimpleNamespace(view_name="account_login", namespace="")
    assert render('{% nav_link "consortium:organization_list" "联合体" %}', request=request) == (
        '<a href="/consortium/">联合体</a>'
    )


def test_a_wrong_field_names_its_help_and_its_error_to_a_screen_reader():
    field = CodeForm({"code": ""})["code"]
    assert look.widget(field) == (
        '<input type="text" name="code" class="form-control is-invalid" required aria-invalid="true" '
        'aria-describedby="id_code_helptext id_code_error" id="id_code">'
    )


def test_an_empty_choice_says_what_to_do_or_what_it_means():
    form = CodeForm()
    with override("en"):
        assert '<option value="" selected>Choose</option>' in look.widget(form["kind"])
        assert '<option value="" selected>None</option>' in look.widget(form["note"])


def test_a_box_to_tick_stands_before_its_label():
    assert render('{% include "_field.html" %}', field=CodeForm()["lead"]).split("\n")[1].strip() == (
        '<label><input type="checkbox" name="lead" id="id_lead">Lead</label>'
    )


def test_a_form_with_errors_sums_them_up_as_links_to_the_fields():
    form = CodeForm({"code": "1"})
    form.add_error(None, "Somebody was faster.")
    form.add_error("code", "Too short.")
    with override("en"):
        page = render('{% include "_form.html" %}', form=form)
    summary = page[page.index("<h2>") : page.index("</ul>")]
    assert re.findall(r"([^<>]+)</(h2|li|a)>", summary) == [
        ("3 things to put right", "h2"),
        ("Somebody was faster.", "li"),
        ("Code: Too short.", "a"),
        ("Kind: This field is required.", "a"),
    ]
    assert re.findall(r'href="(#[^"]+)"', summary.split("<ul>")[1]) == ["#id_code", "#id_kind"]


def test_a_filter_says_its_name_and_that_everything_is_shown():
    form = FilterForm({})
    with override("en"):
        assert look.filter_widget(form["kind"]) == (
            '<select name="kind" aria-label="Kind" class="form-select" id="id_kind">\n'
            '  <option value="" selected>Kind: all</option>\n\n  <option value="park">Park</option>\n\n</select>'
        )
        assert '<option value="unknown" selected>Lead: all</option>' in look.filter_widget(form["lead"])


def test_a_filter_in_force_is_marked_and_says_its_name_too():
    form = FilterForm({"kind": "park", "lead": "true"})
    with override("en"):
        kind, lead = look.filter_widget(form["kind"]), look.filter_widget(form["lead"])
    assert re.findall(r'class="([^"]+)"', kind + lead) == ["form-select is-on", "form-select is-on"]
    assert re.findall(r"selected>([^<]+)<", kind + lead) == ["Kind: Park", "Lead: Yes"]


def test_an_order_to_choose_from_is_given_no_empty_choice():
    class Order(forms.Form):
        order = forms.ChoiceField(label="Order", choices=[("number", "By number"), ("late", "Overdue first")])

    with override("en"):
        select = look.filter_widget(Order({"order": "late"})["order"])
    assert re.findall(r">([^<]+)</option>", select) == ["By number", "Order: Overdue first"]


def test_the_search_field_of_a_filter_bar_is_a_search_field():
    assert look.filter_widget(FilterForm({"q": "轴"})["q"]) == (
        '<input type="search" name="q" value="轴" aria-label="Name" placeholder="Name" class="form-control q" '
        'id="id_q">'
    )


def test_a_filter_by_record_offers_the_records_that_it_was_given(college, enterprise):
    class ByOrganization(forms.Form):
        organization = forms.ModelChoiceField(Organization.objects.filter(pk=enterprise.pk), required=False)

    with override("en"):
        options = re.findall(r'value="(\d*)"[^>]*>([^<]+)<', look.filter_widget(ByOrganization({})["organization"]))
    assert options == [("", "Organization: all"), (str(enterprise.pk), "示例企业一")]
