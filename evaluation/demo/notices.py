"""Two announcements, and a desk on which not everything is unread."""

from datetime import datetime, timedelta

from consortium.models import Announcement, Notice, Organization
from consortium.services.announcements import announce, confirm_reading

from .members import SIGN_INS, People

Kind = Organization.Kind
KEPT, UNREAD = 8, 3  # the newest on everybody's desk
MEETING = """各成员单位：

产教特区半年工作例会将于下月第一周召开，请各单位准备本单位项目推进情况，每家发言不超过五分钟。
会议材料请在会前三个工作日交秘书处。

（示例内容）"""
HOURS = """各合作企业：

请在每月五日前填报并提交上月项目工时；当月没有安排的，也请说明“本月无工时”。
退回的工时请按意见补充后重新提交。

（示例内容）"""


def load(people: People, now: datetime) -> None:
    """Announce as the secretariat, and let some read it."""
    secretariat = people.users["secretariat"]
    hours = announce(
        Announcement(title="关于按月填报项目工时的通知", text=HOURS),
        [Kind.ENTERPRISE],
        by=secretariat,
        now=now - timedelta(days=12),
    )
    for name in ("partner", "partner2", "expert2"):
        confirm_reading(hours, by=people.users[name], now=now - timedelta(days=11))
    meeting = announce(
        Announcement(title="关于召开产教特区半年工作例会的通知", text=MEETING),
        [Kind.HIGHER_VOCATIONAL, Kind.SECONDARY_VOCATIONAL, Kind.ENTERPRISE, Kind.GOVERNMENT],
        by=secretariat,
        now=now,
    )
    confirm_reading(meeting, by=people.users["college2"], now=now)
    Notice.objects.filter(url=hours.get_absolute_url()).delete()  # long ago
    for name, _role, _organization in SIGN_INS:
        desk = Notice.objects.visible_to(people.users[name])
        newest = list(desk.order_by("-pk").values_list("pk", flat=True)[:KEPT])
        desk.exclude(pk__in=newest).delete()
        desk.exclude(pk__in=newest[:UNREAD]).update(read_at=now)
    Notice.objects.update(mail=Notice.Mail.NONE)  # nobody here has a mailbox
