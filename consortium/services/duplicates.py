"""Members with nearly the same name: shown before somebody registers one twice."""

import re
import unicodedata
from collections.abc import Iterable

PLACES = re.compile(r"^[\u4e00-\u9fff]{2,3}省|^[\u4e00-\u9fff]{2,3}市")
FORMS = re.compile("(股份|集团|控股)?(有限责任公司|有限公司|公司)$|集团$")
NUMERALS = set("0123456789一二三四五六七八九十百甲乙丙丁abcdefghijklmnopqrstuvwxyz")


def plain(name: str) -> str:
    """The name without province, city, legal form, brackets and spaces."""
    text = "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())
    for _times in range(2):
        text = PLACES.sub("", text)
    return FORMS.sub("", text) or text


def near(name: str, others: Iterable[str]) -> list[str]:
    """Those of ``others`` that are the same name but for place and legal form, or for one character.

    Names that differ in a numeral or a letter alone (No. 1 and No. 2 of a row) are different names.
    """
    asked = plain(name)
    variants = _variants(asked)
    found = []
    for other in others:
        text = plain(other)
        if text == asked or (abs(len(text) - len(asked)) <= 1 and _variants(text) & variants and not _row(asked, text)):
            found.append(other)
    return found


def _variants(text: str) -> set[str]:
    """The text, and it without each of its characters: two texts one character apart have one in common."""
    if len(text) < 4:  # of a short name one character is much
        return {text}
    return {text, *(text[:place] + text[place + 1 :] for place in range(len(text)))}


def _row(one: str, other: str) -> bool:
    rest = ["".join(letter for letter in text if letter not in NUMERALS) for text in (one, other)]
    return rest[0] == rest[1]
