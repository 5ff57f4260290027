"""The second half of a year of evaluation in the browser: sheets, talk, publicity, objection, results, a correction."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .steps import press

SIDES = [("college", [0, 1], 40), ("enterprise", [2, 3], 40), ("third_party", [4], 20)]  # reviewers, weight in percent


def official(weights: dict[int, int], chosen: list[int], sheets: list[list[float]]) -> Decimal:
    """By hand: mean of each side, the sides by their weights, rescaled to the weights chosen."""
    points = Fraction()
    for place, number in enumerate(chosen):
        given = [Fraction(str(sheet[place])) for sheet in sheets]
        means = [(sum(given[row] for row in rows) / len(rows), share) for _side, rows, share in SIDES]
        points += weights[number] * sum(mean * share for mean, share in means) / 100
    exact = points / sum(weights[number] for number in chosen)
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)


def score_by_keys(page, key: int, chosen: list[int], scores: list[float], shoot) -> None:
    """The whole sheet without a mouse: from score to score with Enter, and the button with Enter too."""
    page.goto(f"/evaluation/{key}/score/")
    page.focus(f"[name=score_{chosen[0]}]")
    for number, score in zip(chosen, scores, strict=True):
        assert page.evaluate("document.activeElement.name") == f"score_{number}"
        page.keyboard.press("Control+a")
        page.keyboard.type(str(score))
        page.keyboard.press("Enter" if number != chosen[-1] else "Tab")
    shoot(page, "year-sheet")
    page.locator(".card-footer button[name=submit]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("button[name=submit]").count() == 0  # handed in


def score(page, key: int, chosen: list[int], scores: list[float]) -> None:
    page.goto(f"/evaluation/{key}/score/")
    for number, one in zip(chosen, scores, strict=True):
        page.fill(f"[name=score_{number}]", str(one))
    press(page, "main button[name=submit]")


def score_as_guest(page, link: str, chosen: list[int], scores: list[float]) -> None:
    page.goto(link)
    press(page, "main button.btn-primary")
    for number, one in zip(chosen, scores, strict=True):
        page.fill(f"[name=score_{number}]", str(one))
    press(page, "main button[name=submit]")


def talk(office, key: int, shoot) -> None:
    """Scores far apart hold the publicity up until a talk about them is recorded."""
    office.goto(f"/evaluation/{key}/")
    assert "会商" in office.locator("[aria-labelledby=h-open]").inner_text()
    office.goto(f"/evaluation/{key}/reviewers/")
    press(office, "a:has-text('记录会商')")
    office.fill("[name=outcome]", "双方评委核对了章程和会议记录，各自保留评分。")
    press(office, "main button[type=submit]")
    shoot(office, "year-talk")


def show(office, key: int) -> None:
    office.goto(f"/evaluation/{key}/")
    press(office, "a:has-text('开始公示')")
    press(office, "main button:has-text('开始公示')")


def let_publicity_end(program, key: int) -> None:
    """Its last day was yesterday: nobody can wait five working days in a test."""
    program.manage(
        "shell", "-v", "0", "-c",
        "from datetime import timedelta; from django.utils import timezone; from evaluation.models import Evaluation; "
        f"Evaluation.objects.filter(pk={key}).update(publicity_ends_on=timezone.localdate() - timedelta(days=1))",
    )  # fmt: skip


def object_and_answer(member, office, key: int, shoot) -> None:
    member.goto(f"/evaluation/{key}/result/")
    press(member, "a:has-text('提出异议')")
    member.fill("[name=text]", "校企合作一项的得分与会签学时不符，请核对。")
    press(member, "main button[type=submit]")
    office.goto(f"/evaluation/{key}/result/")
    press(office, "a:has-text('答复')")
    office.fill("[name=answer]", "已核对会签学时，与评分依据一致。")
    press(office, "main button[type=submit]")
    shoot(office, "year-objection")


def publish(office, key: int) -> str:
    """The official score as the page shows it."""
    office.goto(f"/evaluation/{key}/")
    press(office, "a:has-text('发布')")
    press(office, "main button:has-text('发布')")
    return office.locator(".grade .num").inner_text()


def correct(office, reviewers, guest, key: int, number: int, right: float) -> int:
    """Open the correction, in which each hands in the copy of the own sheet again; the third puts one score right."""
    office.goto(f"/evaluation/{key}/")
    press(office, "a:has-text('更正结果')")
    office.fill("[name=reason]", "一位评委把分数填错了一行。")
    press(office, "main button:has-text('开启更正')")
    correction = int(office.url.rstrip("/").split("/")[-1])
    for place, page in enumerate(reviewers):
        page.goto(f"/evaluation/{correction}/score/")
        if place == 2:
            page.fill(f"[name=score_{number}]", str(right))
        press(page, "main button[name=submit]")
    office.goto(f"/evaluation/{correction}/reviewers/")
    press(office, "a:has-text('重发链接')")
    press(office, "main button.btn-primary")
    guest.goto(office.locator("#link").input_value())
    press(guest, "main button.btn-primary")
    press(guest, "main button[name=submit]")
    return correction
