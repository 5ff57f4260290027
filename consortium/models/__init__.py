from .history import HistoryEntry
from .members import Consortium, Department, Membership, Organization
from .people import Affiliation, User

__all__ = ["Affiliation", "Consortium", "Department", "HistoryEntry", "Membership", "Organization", "User"]
