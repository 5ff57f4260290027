"""Members as one types, among 10,000, against one lookup in an index; and the health of a consortium that large."""

from datetime import date

from stdnum.cn.uscc import calc_check_digit

from bench.frame import Row
from consortium.models import Consortium, Membership, Organization, User
from consortium.services.bulk import insert_many
from consortium.services.search import keep_search

MANY = 10_000
WORDS = "东西南北中高平顺隆通达鑫恒泰宏远"
TYPED = ("大", "tongda", "hbzy", "南北12")


def prepare_members() -> None:
    """Make as many members as there should be, once."""
    lacking = MANY - Organization.objects.count()
    if lacking <= 0:
        return
    consortium = Consortium.objects.get(code="xingtai")
    rows = []
    for number in range(lacking):
        body = f"91130500{500_000 + number:09d}"
        name = f"{WORDS[number % 16]}{WORDS[number // 16 % 16]}{number}精密机械有限公司"
        rows.append(Organization(name=name, kind="enterprise", credit_code=body + calc_check_digit(body)))
    insert_many(rows)
    keep_search(rows)
    insert_many([Membership(consortium=consortium, organization=row, joined_on=date(2024, 1, 1)) for row in rows])


def member_rows() -> list[Row]:
    prepare_members()
    user = User.objects.get(username="secretariat")
    codes = list(Organization.objects.order_by("pk").values_list("credit_code", flat=True)[: len(TYPED)])

    def ours() -> None:
        for typed in TYPED:
            list(Organization.objects.visible_to(user).suggested(typed, 12))

    def floor() -> None:
        for code in codes:
            list(Organization.objects.filter(credit_code=code))

    return [Row("searching 10,000 members as one types", "one lookup in an index", floor, ours, goal=3)]
