import io
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import translation
from openpyxl import Workbook

from consortium.models import HistoryEntry
from consortium.services import Refused
from evaluation import services
from evaluation.models import GradeBand, Indicator, Scheme

from .conftest import INDICATORS, NOW

HEAD = "number,group,dimension,name,weight_percent,required"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def file(text, name="scheme.csv"):
    return ContentFile(text if isinstance(text, bytes) else text.encode(), name=name)


def mistakes(text, name="scheme.csv"):
    with pytest.raises(ValidationError) as caught:
        services.read_indicators(file(text, name))
    return caught.value.message_dict["file"]


def as_xlsx(rows):
    book, data = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


def test_the_21_indicators_are_imported_as_they_stand(consortium, secretariat):
    with INDICATORS.open("rb") as opened:
        data = ContentFile(opened.read(), name="indicators-21.csv")
    scheme = services.import_scheme(data, year=2025, name="绩效评价", consortium=consortium, by=secretariat)
    rows = list(scheme.indicators.all())
    required = [row.weight for row in rows if row.is_required]
    optional = [row.weight for row in rows if not row.is_required]
    assert (len(required), sum(required), len(optional), sum(optional)) == (9, 50, 12, 50)
    fifth = rows[4]
    assert (fifth.number, fifth.group, fifth.name, fifth.weight) == (5, "产教特区", "技术服务", 18)
    assert (scheme.status, scheme.version, services.scheme_problems(scheme)) == ("draft", 1, [])


def test_excel_gives_the_same_indicators_as_csv():
    lines = [line.split(",") for line in INDICATORS.read_text().splitlines()]
    typed = [lines[0], *([int(n), *middle, float(w), r] for n, *middle, w, r in lines[1:])]
    from_csv = services.read_indicators(file(INDICATORS.read_bytes())).indicators
    from_xlsx = services.read_indicators(file(as_xlsx(typed), "scheme.xlsx")).indicators
    values = ["number", "group", "dimension", "name", "weight", "is_required", "kind"]
    assert [[getattr(row, name) for name in values] for row in from_xlsx] == [
        [getattr(row, name) for name in values] for row in from_csv
    ]


def test_a_csv_as_excel_in_chinese_writes_it_is_read():
    rows = services.read_indicators(file(f"{HEAD}\n1,产教特区,产教特区,运行机制,100,是\n".encode("gb18030"))).indicators
    assert [(row.name, row.weight, row.is_required) for row in rows] == [("运行机制", Decimal(100), True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HEAD}\n1,G,D,a,50,yes\n2,G,D,b,48,no\n", ["The weights add up to 98%, not 100%."]),
        (f"{HEAD}\n1,G,D,a,50,yes\n1,G,D,b,50,no\n", ["Number 1 stands there twice."]),
        (
            f"{HEAD}\n1,G,D,a,,yes\n2,G,D,b,100,no\n",
            ["Row 2: The weight is missing."],
        ),
        (
            f"{HEAD}\n1,G,D,a,six,yes\n\n2,G,D,b,NaN,no\n3,G,D,c,100,no\n",
            ["Row 2: The weight “six” is not a number.", "Row 4: The weight “NaN” is not a number."],
        ),
        (
            f"{HEAD}\n1,G,D,a,-5,yes\n2,G,D,b,104.5,no\n3,G,D,c,0.125,no\n",
            [
                "Row 2: The weight -5 is not over 0 and up to 100.",
                "Row 3: The weight 104.5 is not over 0 and up to 100.",
                "Row 4: The weight 0.125 has more than two decimals.",
                "The weights add up to 99.625%, not 100%.",
            ],
        ),
        (
            f"{HEAD}\nx,G,,a,100,maybe\n",
            [
                "Row 2: “required” must be yes or no, not “maybe”.",
                "Row 2: “dimension” is empty.",
                "Row 2: “x” is not a number of an indicator.",
            ],
        ),
        (f"{HEAD}\n{'9' * 5000},G,D,a,100,yes\n", [f"Row 2: “{'9' * 5000}” is not a number of an indicator."]),
        (f"{HEAD},colour\n1,G,D,a,100,yes,red\n", ["Column “colour” is not known."]),
        (
            "number,group,dimension,name,weight\n1,G,D,a,100\n",
            [
                "Column “weight_percent” is missing.",
                "Column “required” is missing.",
                "Column “weight” is not known.",
            ],
        ),
        ("a,b,c\n1,2,3\n", [f"The first row is not recognised. It must be: {HEAD.replace(',', ', ')}."]),
        (f"{HEAD}\n", ["There are no indicators under the first row."]),
        ("", ["The file is empty."]),
    ],
)
def test_every_mistake_of_a_file_is_a_sentence(text, expected):
    assert mistakes(text) == expected


def test_a_nul_in_a_cell_of_excel_is_dropped():
    data = as_xlsx([HEAD.split(","), [1, "G_x0000_", "D", "a", 100, "yes"]])
    assert [row.group for row in services.read_indicators(ContentFile(data, name="scheme.xlsx")).indicators] == ["G"]


def test_a_file_that_is_not_what_its_name_says_is_refused():
    data = as_xlsx([HEAD.split(","), [1, "G", "D", "a", 100, "yes"]])
    assert mistakes(data, "scheme.csv") == ["This is not a CSV file, whatever its name says."]
    assert mistakes(INDICATORS.read_bytes(), "scheme.xlsx") == ["This is not an Excel file, whatever its name says."]
    assert mistakes(data, "scheme.pdf") == ["Give a .csv or .xlsx file."]
    assert mistakes(b"PK\x03\x04 broken", "scheme.xlsx") == ["This is not an Excel file, whatever its name says."]


def test_a_refused_file_writes_nothing(consortium, secretariat):
    with pytest.raises(ValidationError):
        services.import_scheme(
            file(f"{HEAD}\n1,G,D,a,99,yes\n"), year=2025, name="x", consortium=consortium, by=secretariat
        )
    assert (Scheme.objects.count(), GradeBand.objects.count(), HistoryEntry.objects.count()) == (0, 0, 0)


def test_the_command_imports_checks_and_says_what_is_wrong(consortium, tmp_path, capsys):
    call_command("import_scheme", INDICATORS, year=2025, name="绩效评价", dry_run=True)
    assert Scheme.objects.count() == 0
    call_command("import_scheme", INDICATORS, year=2025, name="绩效评价")
    assert Indicator.objects.count() == 21
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(f"{HEAD}\n1,G,D,a,99,yes\n")
    with pytest.raises(CommandError, match="^The weights add up to 99%, not 100%.$"):
        call_command("import_scheme", wrong, year=2025, name="绩效评价")
    assert Scheme.objects.count() == 1


def test_a_published_scheme_is_frozen(scheme, secretariat):
    indicator = scheme.indicators.first()
    attempts = [
        lambda: services.change_scheme(scheme, by=secretariat, name="x"),
        lambda: services.change_indicator(indicator, by=secretariat, weight=Decimal(1)),
        lambda: services.create_indicator(Indicator(scheme=scheme, number=9, name="x"), by=secretariat),
        lambda: services.remove_indicator(indicator, by=secretariat),
        lambda: services.publish_scheme(scheme, by=secretariat, now=NOW),
    ]
    for attempt in attempts:
        with pytest.raises(Refused, match="^This scheme was published and is frozen. Make a new version.$"):
            attempt()
    assert scheme.indicators.count() == 5


def test_a_draft_whose_weights_miss_100_is_not_published(consortium, secretariat):
    scheme = services.create_scheme(Scheme(consortium=consortium, year=2025, name="绩效评价"), by=secretariat)
    fields = {"group": "G", "dimension": "D", "name": "a", "weight": Decimal("99.99")}
    services.create_indicator(Indicator(scheme=scheme, number=1, **fields), by=secretariat)
    with pytest.raises(Refused, match="^The weights add up to 99.99%, not 100%.$"):
        services.publish_scheme(scheme, by=secretariat, now=NOW)
    scheme.refresh_from_db()
    assert scheme.status == "draft"


def test_publishing_the_next_version_replaces_the_one_in_force(make_scheme):
    first, second = make_scheme(), make_scheme()
    first.refresh_from_db()
    assert (first.status, second.status, first.version, second.version) == ("retired", "published", 1, 2)


def test_weights_of_sides_must_add_up_to_100(consortium, secretariat):
    scheme = Scheme(consortium=consortium, year=2025, name="x", college_weight=50)
    with pytest.raises(ValidationError) as caught:
        services.create_scheme(scheme, by=secretariat)
    assert caught.value.messages == [
        "The weights of the three sides must add up to 100, and college and enterprise need some."
    ]
