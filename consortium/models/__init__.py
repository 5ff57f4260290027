from .agreements import (
    Agreement,
    AgreementParty,
    AgreementWarning,
    AgreementWork,
    Clause,
    Duty,
    JointWork,
    Ownership,
)
from .exports import Export
from .files import Attachment
from .followups import FollowUp
from .history import HistoryEntry, HistoryLink
from .joinings import Joining, MemberImport
from .members import Consortium, Contact, Department, Membership, Organization, SearchKey
from .notices import Announcement, AnnouncementAudience, AnnouncementReceipt, Notice, NoticeChoice
from .people import Affiliation, Invitation, User
from .personal import PersonalDataAccess
from .platforms import Platform

__all__ = [
    "Affiliation",
    "Agreement",
    "AgreementParty",
    "AgreementWarning",
    "AgreementWork",
    "Announcement",
    "AnnouncementAudience",
    "AnnouncementReceipt",
    "Attachment",
    "Clause",
    "Consortium",
    "Contact",
    "Department",
    "Duty",
    "Export",
    "FollowUp",
    "HistoryEntry",
    "HistoryLink",
    "Invitation",
    "Joining",
    "JointWork",
    "MemberImport",
    "Membership",
    "Notice",
    "NoticeChoice",
    "Organization",
    "Ownership",
    "PersonalDataAccess",
    "Platform",
    "SearchKey",
    "User",
]
