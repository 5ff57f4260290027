from django.utils.translation import gettext as _

from ..models import Platform, User
from .changes import Refused, alone, create, save_changes


@alone()
def save_platform(platform: Platform, *, by: User) -> Platform:
    """Enter a platform or base, or write what differs from the stored one. Raises ValidationError, Refused."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    if platform._state.adding:
        platform.consortium = by.affiliation.consortium
        return create(platform, by=by)
    stored = Platform.objects.get(pk=platform.pk)
    names = ("kind", "name", "operator", "since", "until", "note")
    save_changes(stored, by=by, **{name: getattr(platform, name) for name in names})
    return stored
