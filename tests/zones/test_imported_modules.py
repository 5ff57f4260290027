"""Hours from Excel by modules of a project: as the template offers them, as people name them, and as they come out."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from zones.models import HourEntry, ProjectModule

from .hour_files import HEAD, row, workbook
from .hour_orders import accept, faults, found

TEMPLATE = reverse("zones:hour_import_template")
WITH_MODULE = [*HEAD, "工作模块"]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def module(project, rival_project):
    ProjectModule.objects.create(project=rival_project, number=1, name="他企模块")
    return ProjectModule.objects.create(project=project, number=1, name="工装设计")


def test_the_template_offers_ones_own_and_what_is_typed_into_it_comes_in(
    hand_in, client_for, project, rival_project, partner, day, module
):
    answer = client_for(partner).get(TEMPLATE)
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    lists = next(one for one in book.worksheets if one.sheet_state == "hidden")
    assert [one.title for one in book.worksheets] == ["Hours", "Example", "Instructions", "Lists"]
    assert [[cell for cell in column if cell] for column in lists.iter_cols(values_only=True)][:2] == [
        ["示例企业人员", "示例企业导师"], [project.name],
    ]  # fmt: skip
    assert (sheet.freeze_panes, len(sheet.data_validations.dataValidation)) == ("A2", 6)
    assert [cell for cell in list(lists.iter_cols(values_only=True))[2] if cell] == ["1 工装设计"]
    for column, value in enumerate([day, "示例企业人员", project.name, "1 工装设计", "Mentoring", 1.5, ""], 1):
        sheet.cell(2, column, value)
    order = hand_in(book, partner)
    assert found(order) == ("checked", 1, 0, 0, "1.50")
    accept(order)
    assert HourEntry.objects.get().module == module
    assert order.result["notes"] == ["Only the sheet “Hours” was read, not “Example”, “Instructions”, “Lists”."]


def test_a_module_is_found_by_its_number_or_name_and_anothers_is_not(hand_in, project, module, partner, today):
    names = ["1 工装设计", "工装设计", 1, "", "他企模块"]
    rows = [
        [*row(today - timedelta(days=number), "示例企业人员", project.name), name] for number, name in enumerate(names)
    ]
    order = hand_in(workbook(*rows, head=WITH_MODULE), partner)
    assert faults(order) == [("G6", "他企模块", "“他企模块” is no module of this project.")]
    accept(hand_in(workbook(*rows[:-1], head=WITH_MODULE), partner))
    assert list(HourEntry.objects.order_by("-date").values_list("module", flat=True)) == [module.pk] * 3 + [None]


def test_one_activity_of_a_day_is_divided_by_modules_and_no_further(hand_in, project, module, partner, day):
    whole, part = [[*row(day, "示例企业人员", project.name), name] for name in ("", "工装设计")]
    assert faults(hand_in(workbook(whole, part, part, head=WITH_MODULE), partner)) == [
        ("A4", day.isoformat(), "Row 3 says the same person, project, day and activity."),
    ]  # fmt: skip
    accept(hand_in(workbook(whole, part, head=WITH_MODULE), partner))
    assert HourEntry.objects.count() == 2
    assert found(hand_in(workbook(part, head=WITH_MODULE), partner)) == ("checked", 0, 0, 1, "0")


def test_without_the_column_a_row_means_the_entry_that_stands_there(hand_in, project, module, partner, day):
    old = workbook(row(day, "示例企业人员", project.name))
    accept(hand_in(workbook([*row(day, "示例企业人员", project.name), 1], head=WITH_MODULE), partner))
    assert found(hand_in(old, partner)) == ("checked", 0, 0, 1, "0")
    accept(hand_in(workbook([*row(day, "示例企业人员", project.name), ""], head=WITH_MODULE), partner))
    sentence = "There are hours of several modules here. Add the column “Module”."
    assert faults(hand_in(old, partner)) == [("A2", day.isoformat(), sentence)]


def test_the_export_with_modules_comes_back_unchanged(hand_in, project, module, partner, day, client_for):
    rows = [[*row(day, "示例企业人员", project.name, hours), name] for hours, name in ((2, ""), (1.5, "工装设计"))]
    accept(hand_in(workbook(*rows, head=WITH_MODULE), partner))
    file = client_for(partner).get(f"{reverse('zones:hours_list')}?export=xlsx").content
    assert found(hand_in(file, partner)) == ("checked", 0, 0, 2, "0")
    book = load_workbook(io.BytesIO(file))
    head = [cell.value for cell in book.active[1]]
    changed = next(row for row in book.active.iter_rows(min_row=2) if row[head.index("Module")].value)
    changed[head.index("Module")].value = None
    changed[head.index("Activity")].value = "Teaching"
    order = hand_in(book, partner)
    assert order.result["changes"][0]["what"] == [
        ["activity", "Mentoring", "Teaching"], ["module", "1 工装设计", "none"],
    ]  # fmt: skip
    accept(order)
    assert sorted(HourEntry.objects.values_list("module", "activity")) == [(None, "mentoring"), (None, "teaching")]
