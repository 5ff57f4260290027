"""By what beginnings a member is found as one types."""

from collections.abc import Iterable

from pypinyin import lazy_pinyin

from ..models import Organization, SearchKey
from .bulk import insert_many


def keep_search(organizations: Iterable[Organization]) -> None:
    """Write the pinyin and the search keys of these organizations anew, after their name or code was written."""
    rows = list(organizations)
    SearchKey.objects.filter(organization__in=rows).delete()
    keys = []
    for row in rows:
        letters = [letter for letter in row.name.casefold() if letter.isalnum()]
        sounds = lazy_pinyin("".join(letters), errors=list)  # type: ignore[arg-type]  # it takes a list too
        row.pinyin = " ".join(sounds)[:200]
        Organization.objects.filter(pk=row.pk).update(pinyin=row.pinyin)
        keys += [SearchKey(organization_id=row.pk, key=key) for key in sorted(_keys(row.credit_code, letters, sounds))]
    insert_many(keys)


def _keys(code: str, letters: list[str], sounds: list[str]) -> set[str]:
    """Every tail of the name, of its pinyin and of its initials, so that a word in its middle is found too."""
    initials = [sound[0] for sound in sounds]
    tails = ("".join(parts[start:]) for start in range(len(letters)) for parts in (letters, sounds, initials))
    return {code.casefold(), *(tail[: SearchKey.LONGEST] for tail in tails)}
