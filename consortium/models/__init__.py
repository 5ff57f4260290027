from .exports import Export
from .files import Attachment
from .history import HistoryEntry, HistoryLink
from .members import Consortium, Department, Membership, Organization
from .notices import Announcement, AnnouncementAudience, AnnouncementReceipt, Notice, NoticeChoice
from .people import Affiliation, Invitation, User
from .personal import PersonalDataAccess

__all__ = [
    "Affiliation",
    "Announcement",
    "AnnouncementAudience",
    "AnnouncementReceipt",
    "Attachment",
    "Consortium",
    "Department",
    "Export",
    "HistoryEntry",
    "HistoryLink",
    "Invitation",
    "Membership",
    "Notice",
    "NoticeChoice",
    "Organization",
    "PersonalDataAccess",
    "User",
]
