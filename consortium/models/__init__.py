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
from .history import HistoryEntry, HistoryLink
from .members import Consortium, Department, Membership, Organization
from .notices import Announcement, AnnouncementAudience, AnnouncementReceipt, Notice, NoticeChoice
from .people import Affiliation, Invitation, User
from .personal import PersonalDataAccess

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
    "Department",
    "Duty",
    "Export",
    "HistoryEntry",
    "HistoryLink",
    "Invitation",
    "JointWork",
    "Membership",
    "Notice",
    "NoticeChoice",
    "Organization",
    "Ownership",
    "PersonalDataAccess",
    "User",
]
