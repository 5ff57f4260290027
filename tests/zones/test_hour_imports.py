"""Hours from Excel: checked as a whole, read, accepted, written as a whole, and never twice."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium import filestore
from consortium.models import Attachment, HistoryEntry, Notice
from consortium.services import Refused, work
from zones.jobs import run_waiting_imports
from zones.models import HourEntry, HourImport, ProjectMember, ProjectModule
from zones.services import (
    accept_import,
    approve_many,
    correct_hours,
    log_hours,
    order_import,
    remove_old_imports,
    run_import,
    submit_many,
)

from .hour_files import HEAD, bytes_of, row, upload, workbook

NEW = reverse("zones:hour_import_create")
TEMPLATE = reverse("zones:hour_import_template")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def hand_in(project):
    """The order of a file, checked."""

    def make(data, by, name="工时.xlsx") -> HourImport:
        order = order_import(upload(data, name), language="en", by=by, now=timezone.now())
        run_import(order)
        order.refresh_from_db()
        return order

    return make


@pytest.fixture
def module(project, rival_project):
    ProjectModule.objects.create(project=rival_project, number=1, name="他企模块")
    return ProjectModule.objects.create(project=project, number=1, name="工装设计")


def accept(order: HourImport, submits: bool = False) -> HourImport:
    accept_import(order, submits=submits, by=order.user, now=timezone.now())
    run_import(order)
    order.refresh_from_db()
    return order


def faults(order: HourImport) -> list[tuple]:
    return [(f"{f['column']}{f['row']}", f["text"], f["sentence"]) for f in order.result["faults"]]


def found(order: HourImport) -> tuple:
    return order.status, *(order.result.get(name) for name in ("new", "changed", "unchanged", "hours"))


def test_nothing_is_written_before_it_is_accepted_and_then_all_of_it(hand_in, project, partner, mentor, day):
    order = hand_in(
        workbook(row(day, "示例企业导师", project.name, 1.5), row(day, "示例企业人员", project.name)), partner
    )
    assert found(order) == ("checked", 2, 0, 0, "3.50")
    assert order.result["sums"] == [
        [project.name, "示例企业人员", 1, "2.00"],
        [project.name, "示例企业导师", 1, "1.50"],
    ]
    assert HourEntry.objects.count() == 0
    accept(order)
    assert (order.status, order.rows_total, order.rows_done) == ("done", 2, 2)
    rows = HourEntry.objects.order_by("hours").values_list("person", "project", "date", "hours", "activity", "status")
    assert list(rows) == [
        (mentor.pk, project.pk, day, Decimal("1.50"), "mentoring", "draft"),
        (partner.pk, project.pk, day, Decimal("2.00"), "mentoring", "draft"),
    ]
    history = HistoryEntry.objects.of(HourEntry.objects.get(person=mentor)).get()
    assert (history.what, history.actor, history.reason) == (
        "created", partner, f"From the file “工时.xlsx”, import {order.pk}",
    )  # fmt: skip


def test_it_can_be_submitted_with_the_same_click(hand_in, project, partner, day, college_admin):
    accept(hand_in(workbook(row(day, "示例企业人员", project.name)), partner), submits=True)
    entry = HourEntry.objects.get()
    assert entry.status == "submitted"
    assert list(HourEntry.objects.to_countersign(college_admin)) == [entry]


def test_all_mistakes_are_named_at_once_by_their_cells(hand_in, project, rival_project, partner, day, today):
    order = hand_in(
        workbook(
            row(day, "示例企业人员", project.name, 1.3),
            row(today + timedelta(days=1), "示例企业人员", project.name),
            row("昨天", "示例企业人员", project.name, "两小时", "唱歌"),
            row(day, "示例他企人员", rival_project.name),
            row(today + timedelta(days=1), "没有此人", "没有此项目", 1.3),
            row(day, "示例企业人员", project.name, 0, "教学"),
            row(day, "示例企业人员", project.name, -1, "研发"),
            row(day, "", ""),
        ),
        partner,
    )
    person = "“%s” is none of the people for whom you may log hours. Choose the name from the template's list."
    place = "“%s” is none of the projects for which you may log hours. Choose it from the template's list."
    assert order.status == "refused"
    assert faults(order) == [
        ("E2", "1.3", "Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on."),
        ("A3", (today + timedelta(days=1)).isoformat(), "This day is still to come."),
        ("A4", "昨天", "This is no day. Give it with the year, as 2026-03-31."),
        ("D4", "唱歌", "“唱歌” is no activity. Choose it from the template's list."),
        ("E4", "两小时", "These are no hours. Give a number as 1.5, or 1:30."),
        ("B5", "示例他企人员", person % "示例他企人员"),
        ("C5", "他企项目", place % "他企项目"),
        ("A6", (today + timedelta(days=1)).isoformat(), "This day is still to come."),
        ("B6", "没有此人", person % "没有此人"),
        ("C6", "没有此项目", place % "没有此项目"),
        ("E6", "1.3", "Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on."),
        ("D7", "教学", "“教学” is no activity. Choose it from the template's list."),
        ("E7", "0", "Hours must be more than 0."),
        ("E8", "-1", "Hours must be more than 0."),
        ("B9", "", "The person is missing."),
        ("C9", "", "The project is missing."),
    ]
    assert HourEntry.objects.count() == 0
    with pytest.raises(Refused, match="cannot become"):
        accept_import(order, submits=False, by=partner, now=timezone.now())


def test_the_rules_about_rows_together_are_at_the_cells_too(hand_in, project, partner, day):
    order = hand_in(
        workbook(
            row(day, "示例企业人员", project.name, 14),
            row(day, "示例企业人员", project.name, 14, "teaching"),
            row(day, "示例企业人员", project.name, 1),
            row(project.starts_on - timedelta(days=1), "示例企业人员", project.name),
        ),
        partner,
    )
    dates = {"first": project.starts_on.isoformat(), "last": project.ends_on.isoformat()}
    assert faults(order) == [
        ("E3", "14", "14 hours are logged for this day over all projects; a day has 24."),
        ("A4", day.isoformat(), "Row 2 says the same person, project, day and activity."),
        (
            "A5",
            (project.starts_on - timedelta(days=1)).isoformat(),
            f"The project runs from {dates['first']} to {dates['last']}.",
        ),
    ]


def test_the_same_file_twice_doubles_nothing(hand_in, project, partner, day):
    data = bytes_of(workbook(row(day, "示例企业人员", project.name, note="首件")))
    accept(hand_in(data, partner))
    again = hand_in(data, partner)
    assert found(again) == ("checked", 0, 0, 1, "0")
    assert accept(again).status == "done"
    assert (HourEntry.objects.count(), HistoryEntry.objects.of(HourEntry.objects.get()).count()) == (1, 1)


def test_accepting_twice_is_refused(hand_in, project, partner, day):
    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    same = HourImport.objects.get(pk=order.pk)
    accept(order)
    with pytest.raises(Refused, match="Somebody else has changed this"):
        accept_import(same, submits=False, by=partner, now=timezone.now())
    assert HourEntry.objects.count() == 1


def test_a_draft_is_changed_and_the_change_is_shown_before(hand_in, project, draft, partner):
    order = hand_in(workbook(row(draft.date, "示例企业导师", project.name, 3, note="复检")), partner)
    assert found(order) == ("checked", 0, 1, 0, "3.00")
    assert order.result["changes"] == [
        {"row": 2, "of": f"示例企业导师 {draft.date} {project}", "what": [["hours", "2", "3"], ["note", "", "复检"]]}
    ]
    accept(order)
    draft.refresh_from_db()
    assert (draft.hours, draft.note, HourEntry.objects.count()) == (3, "复检", 1)


def test_a_locked_entry_is_a_mistake_and_an_equal_one_is_none(hand_in, project, approved, partner):
    same = row(approved.date, "示例企业导师", project.name, 2)
    other = row(approved.date, "示例企业导师", project.name, 3)
    assert found(hand_in(workbook(same), partner)) == ("checked", 0, 0, 1, "0")
    order = hand_in(workbook(other), partner)
    assert faults(order) == [
        ("E2", "3", "This entry is “Approved” and locked. An error in it is put right by a correction.")
    ]


def test_what_changed_since_the_preview_is_read_again_before_it_is_written(
    hand_in, project, draft, partner, mentor, today
):
    order = hand_in(workbook(row(draft.date, "示例企业导师", project.name, 3)), partner)
    draft.hours = Decimal("2.5")
    log_hours(draft, by=mentor, today=today)
    accept(order)
    assert order.status == "checked"
    assert order.result["notes"] == [
        "Something has changed since you read this, and nothing was written. Read it again."
    ]
    assert order.result["changes"][0]["what"] == [["hours", "2.5", "3"]]
    draft.refresh_from_db()
    assert draft.hours == Decimal("2.5")
    assert accept(order).status == "done"


def test_a_day_that_filled_up_since_the_preview_is_a_mistake_then(hand_in, project, partner, entry_of, day, today):
    order = hand_in(workbook(row(day, "示例企业人员", project.name, 12)), partner)
    log_hours(entry_of(project, partner, hours=Decimal(20), activity="teaching"), by=partner, today=today)
    accept(order)
    assert order.status == "refused"
    assert faults(order) == [("E2", "12", "20 hours are logged for this day over all projects; a day has 24.")]
    assert HourEntry.objects.count() == 1


def test_what_the_list_exports_comes_back_unchanged(
    hand_in, client_for, project, rival_entry, approved, partner, college_mentor, college_admin, entry_of, today
):
    """Approved hours, a correction, the other side's, a draft and a returned one: nothing is new and nothing wrong."""
    correction = correct_hours(approved, hours=Decimal("1.25"), reason="算错了", by=partner, today=today)
    approve_many([correction], by=college_admin)
    log_hours(entry_of(project, partner, note="=1+1", hours=Decimal("0.25")), by=partner, today=today)
    log_hours(entry_of(project, college_mentor, note="第一行\n第二行"), by=college_mentor, today=today)
    answer = client_for(partner).get(reverse("zones:hours_list"), {"export": "xlsx"})
    order = hand_in(answer.content, partner)
    assert faults(order) == []
    assert found(order) == ("checked", 0, 0, 4, "0")
    assert order.result["notes"] == [
        "These columns say what the program knows itself and are not read: “Organization”, “State”."
    ]


def test_an_exported_row_is_told_by_its_number_even_where_names_are_double(
    hand_in, client_for, make_user, make_project, assign, project, partner, enterprise, consortium, entry_of, today
):
    twin = make_user("twin", "mentor", enterprise, consortium, partner.name)
    same_name = make_project("bearing-2", name=project.name)
    assign(project, twin)
    assign(same_name, partner)
    entry = log_hours(entry_of(project, partner), by=partner, today=today)
    answer = client_for(partner).get(reverse("zones:hours_list"), {"export": "xlsx"})
    assert found(hand_in(answer.content, partner)) == ("checked", 0, 0, 1, "0")
    order = hand_in(workbook(row(entry.date, partner.name, project.name)), partner)
    assert [fault[:2] for fault in faults(order)] == [("B2", partner.name), ("C2", project.name)]
    told = row(entry.date, f"{partner.name}（twin）", f"{project.name}(bearing)", 1)
    order = hand_in(workbook(told), partner)
    assert found(order) == ("checked", 1, 0, 0, "1.00")


def test_a_number_that_one_does_not_see_is_no_number(hand_in, rival_entry, project, partner, day):
    head = ["编号", *HEAD]
    for number in (rival_entry.pk, 10**9, "abc", 10**30):
        order = hand_in(workbook([number, *row(day, "示例企业人员", project.name)], head=["工时编号", *HEAD]), partner)
        assert [(cell, sentence) for cell, _text, sentence in faults(order)] == [
            ("A2", "There is no entry with this number. Leave the cell empty for new hours.")
        ]
    assert faults(hand_in(workbook(row(day, "示例企业人员", project.name), head=head), partner))[0][2] == (
        "This column is not known. Delete it, or give it a name of the template."
    )


def test_a_mentor_needs_no_column_of_people(hand_in, project, mentor, day):
    accept(hand_in(workbook([day, project.name, 2], head=["日期", "项目", "工时"]), mentor))
    assert HourEntry.objects.values_list("person", "activity").get() == (mentor.pk, "mentoring")


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


WITH_MODULE = [*HEAD, "工作模块"]


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


def test_somebody_elses_import_is_not_there(
    hand_in, client_for, project, partner, rival_partner, college_admin, mentor, day
):
    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    detail, accept_it = (reverse(f"zones:hour_import_{page}", args=[order.pk]) for page in ("detail", "accept"))
    file = reverse("consortium:attachment_download", args=[order.file.pk])
    for who in (rival_partner, mentor, college_admin):
        client = client_for(who)
        answers = [client.get(detail), client.post(accept_it), client.get(file)]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
    answer = client_for(partner).get(file)
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    order.refresh_from_db()
    assert order.status == "checked"


def test_what_wrote_nothing_goes_after_thirty_days_with_its_file(
    hand_in, project, partner, day, django_capture_on_commit_callbacks
):
    done = accept(hand_in(workbook(row(day, "示例企业人员", project.name)), partner))
    unread, refused = (hand_in(workbook(row(day, "示例企业人员", project.name, n)), partner) for n in (3, "x"))
    again = hand_in(workbook(row(day, "示例企业人员", project.name, 0)), partner)
    same = filestore.path_of(again.file.sha256)
    HourImport.objects.filter(pk__in=[done.pk, again.pk]).update(finished_at=refused.finished_at)
    Attachment.objects.about(again).update(sha256=done.file.sha256)  # the same bytes as what stays
    files = {order.pk: filestore.path_of(order.file.sha256) for order in (done, unread, refused, again)}
    assert (unread.status, refused.status, again.status) == ("checked", "refused", "refused")
    last = max(order.finished_at for order in (unread, refused)) + timedelta(days=30)
    assert refused.goes_on == timezone.localdate(refused.finished_at) + timedelta(days=30)
    assert (done.goes_on, remove_old_imports(unread.finished_at + timedelta(days=30))) == (None, 0)
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_old_imports(last + timedelta(minutes=1)) == 3
    assert list(HourImport.objects.all()) == [done]
    assert [path.exists() for path in (files[done.pk], files[unread.pk], files[refused.pk])] == [True, False, False]
    assert (same.exists(), Attachment.objects.count()) == (True, 1)
    history = HistoryEntry.objects.filter(object_id=refused.pk, what="deleted").get()
    assert (history.actor, history.old) == (None, "工时.xlsx")


def test_a_short_file_is_checked_and_written_while_one_waits(client_for, project, partner, day):
    client = client_for(partner)
    page = client.post(NEW, {"file": upload(workbook(row(day, "示例企业人员", project.name)))}, follow=True)
    order = HourImport.objects.get()
    assert (page.context["import"], order.status, page.status_code) == (order, "checked", 200)
    page = client.post(reverse("zones:hour_import_accept", args=[order.pk]), {"act": "write"}, follow=True)
    assert (HourEntry.objects.count(), page.context["import"].status) == (1, "done")
    assert Notice.objects.filter(kind="hours_imported").count() == 0


def test_a_long_file_is_left_to_a_worker_and_ends_in_a_notice(
    client_for, project, partner, day, monkeypatch, django_capture_on_commit_callbacks
):
    from zones.models import hour_imports
    from zones.services import hour_imports as services

    monkeypatch.setattr(services, "SMALL_BYTES", 10)
    monkeypatch.setattr(hour_imports, "AT_ONCE", 0)
    client = client_for(partner)
    page = client.post(NEW, {"file": upload(workbook(row(day, "示例企业人员", project.name)))}, follow=True)
    order = HourImport.objects.get()
    assert (order.status, b"hx-get" in page.content) == ("queued", True)
    run_waiting_imports()
    order.refresh_from_db()
    assert (order.status, order.percent) == ("checked", 100)
    client.post(reverse("zones:hour_import_accept", args=[order.pk]))
    assert HourEntry.objects.count() == 0
    run_waiting_imports()
    run_waiting_imports()
    assert HourEntry.objects.count() == 1
    assert Notice.objects.filter(acting_as=partner.affiliation, kind="hours_imported").count() == 2


def test_a_worker_that_died_is_taken_over_and_one_that_kills_workers_ends(hand_in, project, partner, day):
    order = order_import(
        upload(workbook(row(day, "示例企业人员", project.name))), language="en", by=partner, now=timezone.now()
    )
    long_ago = timezone.now() - timedelta(hours=1)
    HourImport.objects.update(status="running", attempt=1, lease_until=long_ago)
    run_waiting_imports()
    order.refresh_from_db()
    assert (order.status, order.attempt) == ("checked", 2)
    HourImport.objects.update(status="running", attempt=work.MOST_ATTEMPTS, lease_until=long_ago)
    run_waiting_imports()
    order.refresh_from_db()
    assert (order.status, order.error) == ("failed", "Reading this file has stopped the worker again and again.")


def test_a_failure_in_the_middle_writes_nothing_and_says_so(hand_in, project, partner, day, monkeypatch):
    from zones.services import hour_imports as services

    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    monkeypatch.setattr(services, "submit_many", lambda entries, by: 1 / 0)
    accept(order, submits=True)
    assert (order.status, order.error) == (
        "failed",
        "The file could not be read. The reason stands in the program's log.",
    )
    assert (HourEntry.objects.count(), HistoryEntry.objects.filter(content_type__model="hourentry").count()) == (0, 0)


def test_who_has_lost_the_role_or_the_file_gets_a_sentence(hand_in, project, partner, day, today):
    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    filestore.path_of(order.file.sha256).unlink()
    assert accept(order).error == "The file is missing. Hand it in again."
    other = order_import(
        upload(workbook(row(day, "示例企业人员", project.name, 1))), language="en", by=partner, now=timezone.now()
    )
    partner.affiliations.update(ended_on=today - timedelta(days=1))
    run_import(other)
    assert (other.status, other.error) == ("failed", "The role in which this was handed in has ended.")


def test_the_file_of_an_import_stays_the_one_file(hand_in, client_for, project, partner, day):
    order = hand_in(workbook(row(day, "示例企业人员", project.name)), partner)
    client = client_for(partner)
    client.post(
        reverse("consortium:attachment_create", args=["zones.hourimport", order.pk]),
        {"files": upload(b"text", "a.txt")},
    )
    client.post(reverse("consortium:attachment_remove", args=[order.file.pk]))
    order.refresh_from_db()
    assert (order.file.name, order.file.removed_at) == ("工时.xlsx", None)


def test_a_project_that_one_has_left_meanwhile_is_none(hand_in, project, partner, day):
    order = hand_in(workbook(row(day, "示例企业导师", project.name)), partner)
    ProjectMember.objects.filter(person__name="示例企业导师").delete()
    accept(order)
    assert (order.status, [cell for cell, _text, _sentence in faults(order)]) == ("refused", ["B2"])


def test_a_submitted_entry_is_locked_too(hand_in, project, draft, mentor, partner):
    submit_many([draft], by=mentor)
    order = hand_in(workbook(row(draft.date, "示例企业导师", project.name, 4)), partner)
    assert [cell for cell, _text, _sentence in faults(order)] == ["E2"]
