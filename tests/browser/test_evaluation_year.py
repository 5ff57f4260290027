"""A year of evaluation in the browser: scheme, self-assessment, reviewers, sheets in two windows, result, correction.

Three zones, five reviewers of three sides each, one objection, one correction after publication.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from consortium.demo import PASSWORD
from consortium.models import Affiliation, Organization, User

from . import year_results
from .steps import press

pytestmark = pytest.mark.browser

MODULE = "from tests.browser.test_evaluation_year import people"
YEAR = 2035
CSV = """number,group,dimension,name,weight_percent,required
1,产教特区,运行,运行机制,40,yes
2,产教特区,运行,校企合作,20,yes
3,工程创新班,培养,人才培养,20,yes
4,工程创新班,培养,技能证书,10,no
5,工程创新班,成果,学员成果,10,no
"""
WEIGHTS = {1: 40, 2: 20, 3: 20, 4: 10, 5: 10}
REVIEWERS = [("year1", "college"), ("year2", "college"), ("year3", "enterprise"), ("year4", "enterprise")]
GUEST = "示例协会专家"
ZONES = {  # the indicators chosen, then of each reviewer the scores in their order; the guest is the last
    "智能控制产教特区": ([1, 2, 3, 4], [[90, 85, 80, 70], [88, 84, 79.5, 72], [65, 80, 78, 71], [86, 82, 81, 75],
                                        [84.25, 83, 77, 74]]),
    "汽车技术产教特区": ([1, 2, 3, 4, 5], [[81, 82, 83, 84, 85], [86, 87, 88, 89, 90], [91, 90, 89, 88, 87],
                                           [82.5, 83.5, 84.5, 85.5, 86.5], [79, 80, 81, 82, 83]]),
    "模具制造产教特区": ([1, 2, 3], [[70, 71, 72], [73, 74, 75], [76, 77, 78], [79, 80, 81], [72.35, 73.45, 74.55]]),
}  # fmt: skip
FIRST = "智能控制产教特区"
RIGHT = 75  # what the third reviewer meant by the first score of the first zone


def people() -> None:
    """Four experts of organizations that have nothing to do with the zones."""
    expert = Affiliation.objects.get(user__username="expert")
    for number, (username, _side) in enumerate(REVIEWERS, start=1):
        user = User.objects.create(username=username, name=f"示例评委{number}", password=make_password(PASSWORD))
        organization = Organization.objects.get(name="示例本科院校")
        Affiliation.objects.create(
            user=user, organization=organization, consortium=expert.consortium, role="expert",
            started_on=expert.started_on,
        )  # fmt: skip


@pytest.mark.parametrize("width", [1280], indirect=True, ids=["desk"])
def test_three_zones_go_from_the_scheme_to_the_published_result(program, visit, shoot, tmp_path):
    program.manage("shell", "-v", "0", "-c", f"{MODULE}; people()")
    office, college = visit("secretariat"), visit("college")
    keys = open_year(office, tmp_path, shoot)
    assess(college, keys, shoot)
    more(office, college, keys[FIRST], shoot)
    links = {zone: assign(office, keys[zone], shoot) for zone in ZONES}
    reviewers = [visit(username) for username, _side in REVIEWERS]
    two_windows(reviewers[0], FIRST, ZONES[FIRST][1][0], shoot)
    guest = visit()
    for zone, (chosen, sheets) in ZONES.items():
        year_results.score_by_keys(reviewers[0], keys[zone], chosen, sheets[0], shoot)
        for page, scores in zip(reviewers[1:], sheets[1:], strict=False):
            year_results.score(page, keys[zone], chosen, scores)
        year_results.score_as_guest(guest, links[zone], chosen, sheets[-1])
    year_results.talk(office, keys[FIRST], shoot)
    for key in keys.values():
        year_results.show(office, key)
    year_results.object_and_answer(visit("college2"), office, keys[FIRST], shoot)
    for zone, (chosen, sheets) in ZONES.items():
        year_results.let_publicity_end(program, keys[zone])
        by_hand = year_results.official(WEIGHTS, chosen, sheets)
        assert year_results.publish(office, keys[zone]) == str(by_hand)
    chosen, sheets = ZONES[FIRST]
    correction = year_results.correct(office, reviewers, guest, keys[FIRST], chosen[0], RIGHT)
    year_results.show(office, correction)
    year_results.let_publicity_end(program, correction)
    right = [[RIGHT, *scores[1:]] if row == 2 else scores for row, scores in enumerate(sheets)]
    corrected = year_results.publish(office, correction)
    assert corrected == str(year_results.official(WEIGHTS, chosen, right))
    shoot(office, "year-corrected")
    office.goto(f"/evaluation/{keys[FIRST]}/result/")
    before = str(year_results.official(WEIGHTS, chosen, sheets))
    assert office.locator(".grade .num").inner_text() == before != corrected
    program.manage("verify")


def open_year(office, folder, shoot) -> dict[str, int]:
    """Read the scheme from a file, put it in force, open the evaluations. The key of each zone's."""
    path = folder / "scheme.csv"
    path.write_text(CSV, encoding="utf-8")
    office.goto("/evaluation/schemes/import/")
    office.set_input_files("[name=file]", str(path))
    office.fill("[name=year]", str(YEAR))
    office.fill("[name=name]", "示例年度评价体系")
    press(office, "main button.btn-primary")
    shoot(office, "year-scheme")
    press(office, "a:has-text('施行')")
    press(office, "main button:has-text('施行')")
    press(office, "a:has-text('开启评价')")
    for zone in ZONES:
        office.locator("label", has_text=zone).first.locator("input").check()
    shoot(office, "year-opening")
    press(office, "main button:has-text('开启评价')")
    keys = {}
    for zone in ZONES:
        office.goto(f"/evaluation/?year={YEAR}")
        press(office, f"main a:has-text('{zone}')")
        keys[zone] = int(office.url.rstrip("/").split("/")[-1])
        press(office, "a:has-text('开始自评')")
        office.fill("[name=due_on]", f"{timezone.localdate() + timedelta(days=20)}")
        press(office, "main button:has-text('开始自评')")
    return keys


def assess(college, keys: dict[str, int], shoot) -> None:
    """The college chooses, says what it has done and hands in."""
    for zone, (chosen, _sheets) in ZONES.items():
        college.goto("/consortium/inbox/")
        press(college, f".inbox a:has-text('{YEAR}'):has-text('{zone}')")
        press(college, "a:has-text('填写自评')")
        for number in WEIGHTS:
            if number not in (1, 2, 3):
                college.set_checked(f"[name=chosen_{number}]", number in chosen)
            if number in chosen:
                college.fill(f"[name=score_{number}]", "88")
                college.fill(f"[name=note_{number}]", "依据特区台账和会签工时自评。")
        if zone == FIRST:
            shoot(college, "year-assessing")
        press(college, "button:has-text('提交评审')")
        assert college.url.endswith(f"/evaluation/{keys[zone]}/")


def more(office, college, key: int, shoot) -> None:
    """The office asks for more; the college reads why, adds it and hands in again."""
    office.goto(f"/evaluation/{key}/")
    press(office, "a:has-text('退回补充')")
    office.fill("[name=reason]", "请补充技能证书的依据。")
    press(office, "main button:has-text('退回补充')")
    college.goto(f"/evaluation/{key}/assess/")
    assert "请补充技能证书的依据。" in college.locator("main").inner_text()
    with college.expect_response(lambda answer: answer.url.endswith("/assess/4/")):
        college.fill("[name=note_4]", "按证书登记簿，本年度新增二十本。")
        college.keyboard.press("Tab")
    shoot(college, "year-more")
    press(college, "button:has-text('提交评审')")


def assign(office, key: int, shoot) -> str:
    """Four experts and a guest; who must avoid the zone is named with the reason. The guest's link."""
    office.goto(f"/evaluation/{key}/")
    press(office, "a:has-text('评委')")
    for number, (_username, side) in enumerate(REVIEWERS, start=1):
        person = office.locator("select[name=person] option", has_text=f"示例评委{number}").get_attribute("value")
        office.select_option("select[name=person]", person)
        office.select_option("select[name=side]", side)
        press(office, "button:has-text('指派评委')")
    assert "示例企业一" in office.locator("[aria-labelledby=h-avoid]").inner_text()
    shoot(office, "year-reviewers")
    press(office, "a:has-text('以链接邀请第三方评委')")
    office.fill("[name=name]", GUEST)
    option = office.locator("select[name=organization] option", has_text="邢台市电子商务协会").get_attribute("value")
    office.select_option("select[name=organization]", option)
    press(office, "main button.btn-primary")
    shoot(office, "year-link")
    return office.locator("#link").input_value()


def two_windows(page, zone: str, scores: list[float], shoot) -> None:
    """The same sheet twice: each keeps what the other has saved, and an old window overwrites nothing unsaid."""
    page.goto("/consortium/inbox/")
    press(page, f".inbox a:has-text('{YEAR}'):has-text('{zone}')")
    other = page.context.new_page()  # its refused save is an error on the console, as it should be
    other.goto(page.url)

    def keep(window, number: int, score: float) -> str:
        with window.expect_response(lambda answer: answer.url.endswith(f"/score/{number}/")):
            window.fill(f"[name=score_{number}]", str(score))
            window.keyboard.press("Tab")
        place = window.locator(f"#i{number} .kept")
        window.wait_for_function(
            "row => row.querySelector('.kept').innerText", arg=window.query_selector(f"#i{number}")
        )
        return place.inner_text()

    assert keep(page, 1, scores[0]) == "已保存"
    assert keep(other, 2, scores[1]) == "已保存"
    assert keep(other, 1, 11) != "已保存"
    shoot(other, "year-two-windows")
    other.reload()
    assert Decimal(other.input_value("[name=score_1]")) == Decimal(str(scores[0]))
    assert Decimal(other.input_value("[name=score_2]")) == Decimal(str(scores[1]))
    other.close()
