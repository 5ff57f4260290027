"""Who is in the demonstration. Organizations that the sources name keep their names; all else is plainly invented."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from stdnum.cn.uscc import calc_check_digit

from consortium.demo import PASSWORD
from consortium.models import (
    Affiliation,
    Consortium,
    Contact,
    Department,
    Invitation,
    Joining,
    Membership,
    Organization,
    Platform,
    User,
)
from consortium.services import create
from consortium.services.members import create_organization, save_contact, save_joining, turn_down
from consortium.services.people import invite
from consortium.services.platforms import save_platform

Kind, Role = Organization.Kind, Affiliation.Role

CODE = "xingtai"
COLLEGE = "河北机电职业技术学院"
SCHOOL = "沙河市综合职教中心"
BUREAU = "沙河市教育局"
LEAD_ENTERPRISE = "示例企业一"
DEPARTMENTS = ["机械工程系", "机电工程系", "电气工程系", "经济管理系", "汽车工程系", "信息工程系"]
NAMED_ENTERPRISES = ["志和玻璃有限公司", "佳泰科技有限公司", "回归源艺术玻璃有限公司"]
NUMERALS = "一二三四五六七八九十"
LEADS = {"示例产业园区", COLLEGE, LEAD_ENTERPRISE}


def numeral(number: int) -> str:
    """1 → 一, 13 → 十三, 23 → 二十三."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens - 1]}十") + (
        NUMERALS[ones - 1] if ones else ""
    )


ENTERPRISES = [f"示例企业{numeral(number)}" for number in range(1, 14)] + NAMED_ENTERPRISES
ORGANIZATIONS = [
    ("示例产业园区", Kind.PARK),
    (COLLEGE, Kind.HIGHER_VOCATIONAL),
    (SCHOOL, Kind.SECONDARY_VOCATIONAL),
    ("示例本科院校", Kind.UNDERGRADUATE),
    (BUREAU, Kind.GOVERNMENT),
    ("邢台市电商研究院", Kind.INSTITUTE),
    ("邢台市电子商务协会", Kind.ASSOCIATION),
    *((name, Kind.ENTERPRISE) for name in ENTERPRISES),
]
INDUSTRIES = {  # division of GB/T 4754 and size
    "示例企业一": ("C34", "large"),
    "示例企业二": ("C33", "medium"),
    "示例企业三": ("C35", "small"),
    "示例企业四": ("C38", "medium"),
    "示例企业五": ("C34", "large"),
    "示例企业六": ("C35", "medium"),
    "示例企业七": ("C40", "small"),
    "示例企业八": ("F52", "micro"),
    "示例企业九": ("A05", "small"),
    "示例企业十": ("O81", "medium"),
    "示例企业十一": ("C36", "medium"),
    "示例企业十二": ("I65", "medium"),
    "示例企业十三": ("I65", "small"),
    "志和玻璃有限公司": ("C30", "medium"),
    "佳泰科技有限公司": ("I64", "small"),
    "回归源艺术玻璃有限公司": ("C30", "small"),
}
TAGS = {LEAD_ENTERPRISE: "链主企业、订单班", "示例企业五": "订单班", COLLEGE: "双高校"}
SIGN_INS = [
    ("secretariat", Role.SECRETARIAT, COLLEGE),
    ("college", Role.COLLEGE_ADMIN, COLLEGE),
    ("college2", Role.COLLEGE_ADMIN, SCHOOL),
    ("partner", Role.PARTNER, LEAD_ENTERPRISE),
    ("partner2", Role.PARTNER, "示例企业二"),
    ("mentor", Role.MENTOR, LEAD_ENTERPRISE),
    ("bureau", Role.BUREAU, BUREAU),
    ("expert", Role.EXPERT, "示例本科院校"),
    ("expert2", Role.EXPERT, "示例企业十三"),
    ("auditor", Role.AUDITOR, BUREAU),
]


@dataclass
class People:
    """The demonstration's cast: organizations by name, users by sign-in name, and a way to add more people."""

    consortium: Consortium
    since: date
    organizations: dict[str, Organization] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def add(self, username: str, role: str, organization: Organization, password: str = "") -> User:
        """A person called 示例人员 and the next number, with one role; ``password`` is a hash, none signs nobody in."""
        user = User(
            username=username,
            name=f"示例人员{numeral(len(self.users) + 1)}",
            email=f"{username}@example.invalid",
            password=password or make_password(None),
        )
        create(user, by=None)
        self.give(user, role, organization)
        self.users[username] = User.objects.get(pk=user.pk)  # with the role that it has now
        return self.users[username]

    def give(self, user: User, role: str, organization: Organization) -> None:
        affiliation = Affiliation(
            user=user, organization=organization, consortium=self.consortium, role=role, started_on=self.since
        )
        create(affiliation, by=None)


def credit_code(number: int) -> str:
    """A well-formed code that belongs to nobody: Xingtai's division, a running number, the computed check digit."""
    body = f"91130500{number:09d}"
    return body + calc_check_digit(body)


def load(since: date) -> People:
    """Make the consortium, its members, the six departments and the ten users that sign in."""
    consortium = create(Consortium(code=CODE, name="邢台市域产教联合体"), by=None)
    people = People(consortium=consortium, since=since)
    for number, (name, kind) in enumerate(ORGANIZATIONS, start=1):
        organization = Organization(name=name, kind=kind, credit_code=credit_code(number))
        if name in INDUSTRIES:
            organization.industry, organization.size = INDUSTRIES[name]
            organization.park = people.organizations["示例产业园区"]
        create_organization(organization, by=None)
        membership = Membership(
            consortium=consortium,
            organization=organization,
            joined_on=since,
            is_lead=name in LEADS,
            tags=TAGS.get(name, ""),
        )
        create(membership, by=None)
        people.organizations[name] = organization
    for name in DEPARTMENTS:
        create(Department(organization=people.organizations[COLLEGE], name=name), by=None)
    password = make_password(PASSWORD)
    for username, role, organization_name in SIGN_INS:
        people.add(username, role, people.organizations[organization_name], password)
    # the office's clerk works for the lead college too, and switches between both in the menu
    people.give(people.users["secretariat"], Role.COLLEGE_ADMIN, people.organizations[COLLEGE])
    _ask_to_join(people)
    invitation = Invitation(
        name="示例新人",
        email="newcomer@example.invalid",
        role=Role.PARTNER,
        organization=people.organizations["示例企业三"],
    )
    invite(invitation, days=Invitation.LONGEST_DAYS, by=people.users["secretariat"])
    return people


def _ask_to_join(people: People) -> None:
    """One that waits for the decision, one turned down; platforms; a further contact of the lead enterprise."""
    office, today = people.users["secretariat"], timezone.localdate()
    names = {"示例企业十四": Kind.ENTERPRISE, "示例新材料研究所": Kind.INSTITUTE}
    joinings = [
        save_joining(
            Joining(
                name=name, kind=kind, credit_code=credit_code(80 + number), applied_on=today - timedelta(days=40),
                contact_name="示例联系人", contact_phone="03190000000", reason="愿参与订单培养和技术攻关。",
            ),
            by=office,
        )
        for number, (name, kind) in enumerate(names.items())
    ]  # fmt: skip
    turn_down(
        joinings[1], body="council", decided_on=today - timedelta(days=12), decision="材料不全，补齐后再议。",
        by=office, today=today,
    )  # fmt: skip
    lead = people.organizations[LEAD_ENTERPRISE]
    platforms = [
        ("base", "数控加工产教融合实训基地", COLLEGE, date(2019, 9, 1)),
        ("technology", "机械制造共性技术服务平台", LEAD_ENTERPRISE, date(2023, 5, 1)),
        ("training", "成员单位职工年度培训规划", COLLEGE, date(2024, 1, 1)),
    ]
    for kind, name, operator, since in platforms:
        platform = Platform(kind=kind, name=name, operator=people.organizations[operator], since=since)
        save_platform(platform, by=office)
    contact = Contact(organization=lead, name="示例对接人", post="人力资源部经理", phone="03190000001")
    save_contact(contact, by=office)
