from .agenda import AgendaItem, PaperReceipt, Vote
from .agreements import (
    Agreement,
    AgreementParty,
    AgreementWarning,
    AgreementWork,
    Clause,
    JointWork,
    Ownership,
)
from .answers import KeptAnswer
from .councils import Council, CouncilSeat, SeatDelegate
from .duties import Duty
from .exports import Export
from .files import Attachment
from .followups import FollowUp
from .history import HistoryEntry, HistoryLink
from .joinings import Joining, MemberImport
from .meetings import Meeting, MeetingSeat
from .members import Consortium, Contact, Department, Membership, Organization, SearchKey
from .notices import Announcement, AnnouncementAudience, AnnouncementReceipt, Notice, NoticeChoice
from .opinions import Opinion
from .passwords import OldPassword
from .people import Affiliation, Invitation, User
from .personal import PersonalDataAccess
from .platforms import Platform
from .resolutions import Resolution
from .scans import FileScan
from .sign_ins import PasswordTries
from .tokens import ApiToken

__all__ = [
    "Affiliation",
    "AgendaItem",
    "Agreement",
    "AgreementParty",
    "AgreementWarning",
    "AgreementWork",
    "Announcement",
    "AnnouncementAudience",
    "AnnouncementReceipt",
    "ApiToken",
    "Attachment",
    "Clause",
    "Consortium",
    "Contact",
    "Council",
    "CouncilSeat",
    "Department",
    "Duty",
    "Export",
    "FileScan",
    "FollowUp",
    "HistoryEntry",
    "HistoryLink",
    "Invitation",
    "Joining",
    "JointWork",
    "KeptAnswer",
    "MemberImport",
    "Meeting",
    "MeetingSeat",
    "Membership",
    "Notice",
    "NoticeChoice",
    "Opinion",
    "Organization",
    "Ownership",
    "PaperReceipt",
    "OldPassword",
    "PasswordTries",
    "PersonalDataAccess",
    "Platform",
    "SearchKey",
    "Resolution",
    "SeatDelegate",
    "User",
    "Vote",
]
