"""import_plan and export_plan, as they are typed."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tasks.models import Milestone, Plan, Task
from tasks.tables import read_table

from .conftest import SAMPLES


def run(kind_or_path, **options):
    file = SAMPLES / f"shahe-2020-task-table.{kind_or_path}" if kind_or_path in ("docx", "xlsx") else kind_or_path
    out = io.StringIO()
    error = ""
    with translation.override("en"):
        try:
            call_command("import_plan", str(file), **{"year": 2020, "consortium": "xingtai", "stdout": out, **options})
        except CommandError as refused:
            error = str(refused)
    return json.loads(out.getvalue()), error


def test_both_samples_print_the_same_and_a_dry_run_writes_nothing(consortium):
    word, excel = run("docx", dry_run=True), run("xlsx", dry_run=True)
    assert word == excel
    printed, error = word
    assert error == ""
    assert list(printed) == ["tasks", "milestones", "warnings", "errors"]
    assert (len(printed["tasks"]), len(printed["milestones"])) == (7, 28)
    columns = ("number", "goal", "leader", "responsible_unit", "responsible_person", "phone")
    assert printed["tasks"][1] == dict(zip(columns, (2, "新增一批相关专业", "", "", "", ""), strict=True))
    text = "拟完成计算机网络技术、美容美体2个新增专业的成功申报。（6月）"
    assert printed["milestones"][5] == {"task": 2, "quarter": 2, "text": text, "due": "2020-06-30"}
    assert printed["warnings"] == ["Task 5, quarter 4 names the months 10, 11; the latest, 11, is due."]
    assert Plan.objects.count() == 0


def test_importing_writes_once_and_says_so_the_second_time(consortium):
    run("docx")
    printed, error = run("xlsx")
    assert printed["warnings"][-1] == "This plan is there already; nothing was changed."
    assert (error, Plan.objects.count(), Task.objects.count(), Milestone.objects.count()) == ("", 1, 7, 28)


def test_an_unknown_consortium_and_an_absent_file_are_refused(consortium, tmp_path):
    sentence = "There is no consortium with the code nowhere."
    printed, error = run("docx", consortium="nowhere")
    assert (printed["errors"], error) == ([sentence], sentence)
    printed, error = run(tmp_path / "absent.docx")
    assert (printed["tasks"], error) == ([], "The file cannot be opened: No such file or directory.")
    assert Plan.objects.count() == 0


def test_a_bad_file_writes_nothing(consortium, tmp_path):
    bad = tmp_path / "bad.docx"
    bad.write_bytes(b"text")
    _printed, error = run(bad)
    assert error == "The file is named .docx but is not such a file, or it has a password."
    assert Plan.objects.count() == 0


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_the_exported_table_is_the_imported_one(consortium, tmp_path, kind):
    run("docx")
    out = tmp_path / f"out.{kind}"
    call_command("export_plan", str(Plan.objects.get().pk), str(out))
    file = SAMPLES / "shahe-2020-task-table.docx"
    assert read_table(out.read_bytes(), out.name, 2020) == read_table(file.read_bytes(), file.name, 2020)


def test_export_names_what_is_wrong(consortium, tmp_path):
    with translation.override("en"):
        with pytest.raises(CommandError, match="The name must end in .docx or .xlsx."):
            call_command("export_plan", "1", str(tmp_path / "out.pdf"))
        with pytest.raises(CommandError, match="There is no plan with the number 1."):
            call_command("export_plan", "1", str(tmp_path / "out.docx"))
