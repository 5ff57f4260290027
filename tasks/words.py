"""How clerks write: spaces anywhere, full-width and Chinese digits, months in brackets, several names in a cell."""

import re
from collections import Counter
from datetime import date

from .months import month_end, quarter_end

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_PHONE_DASHES = str.maketrans("－—–", "---")
_CHINESE_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2018-\u201d"
_SPACE_BESIDE_WIDE = re.compile(rf"(?<=[{_WIDE}])\s+|\s+(?=[{_WIDE}])")
_SPACED_NUMBER = re.compile(r"\d+(?: \d+)+")
NUMERAL = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_MONTHS_IN_BRACKETS = re.compile(
    rf"[（(]\s*(?:({NUMERAL})月?\s*[-—–~～至、和]\s*)?({NUMERAL})\s*月份?(?:底|末)?前?\s*[）)]"
)
_BRACKETS = re.compile(r"[（(][^）)]*[）)]")
_HAN = re.compile(r"[\u4e00-\u9fff·]+")
_TWO_CHARACTER_SURNAMES = (
    "欧阳", "上官", "司马", "司徒", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "夏侯", "令狐", "长孙", "宇文",
)  # fmt: skip
_AREA_CODE = re.compile(r"0\d{2,3}")
_SENTENCE_END = re.compile(r"[。；;！!？?\n]")
SHORT = 6  # characters; shorter sentences may well stand in two cells


def plain_digits(text: str) -> str:
    return text.translate(_DIGITS)


def tidy(text: str) -> str:
    """One line: full-width digits made plain, no space beside a Chinese character nor inside a number, single spaces
    elsewhere."""
    line = _SPACE_BESIDE_WIDE.sub("", " ".join(plain_digits(text).split()))
    return _SPACED_NUMBER.sub(lambda number: number[0].replace(" ", ""), line)


def spaced_numbers(text: str) -> list[str]:
    """Numbers that were written with spaces inside and that ``tidy`` closes up, as they stand."""
    line = _SPACE_BESIDE_WIDE.sub("", " ".join(plain_digits(text).split()))
    return _SPACED_NUMBER.findall(line)


def tidy_names(text: str) -> str:
    """People of one cell, joined by “、”. A name of two characters may be spaced out (张　三)."""
    names: list[str] = []
    for piece in re.split(r"[\s、,，;；/]+", plain_digits(text)):
        if names and piece and len(names[-1]) == len(piece) == 1:
            names[-1] += piece
        elif piece and piece not in names:
            names.append(piece)
    return "、".join(names)


def names_in_doubt(names: str) -> list[str]:
    """Which of the names, as ``tidy_names`` gives them, may be none or several: 张三李四, 丰."""
    doubtful = []
    for name in names.split("、") if names else []:
        bare = _BRACKETS.sub("", name)
        if not _HAN.fullmatch(bare) or "·" in bare:
            continue
        longest = 4 if bare.startswith(_TWO_CHARACTER_SURNAMES) else 3
        if not 2 <= len(bare) <= longest:
            doubtful.append(name)
    return doubtful


def tidy_phones(text: str) -> str:
    """Telephones of one cell, joined by “、”; one typed in parts (0319 123 4567, 138 0000 0000) is put together."""
    phones: list[str] = []
    for chunk in re.split(r"[、,，;；/]+", plain_digits(text).translate(_PHONE_DASHES)):
        whole = ""
        for piece in chunk.split():
            if whole and not _goes_on(whole):
                phones.append(whole)
                whole = piece
            else:
                whole += f"-{piece}" if _AREA_CODE.fullmatch(whole) else piece
        phones.append(whole)
    return "、".join(dict.fromkeys(filter(None, phones)))


def _goes_on(phone: str) -> bool:
    """A dash at its end, a mobile number of fewer than 11 digits, or an area code with less than a number after it."""
    digits = phone.replace("-", "")
    if phone.endswith("-"):
        return True
    if not digits.isdigit():
        return False
    return digits.startswith("1") and len(digits) < 11 or digits.startswith("0") and len(digits) < 10


def repeated_sentences(texts: list[str]) -> list[str]:
    """Sentences that stand more than once in the texts of one task: a copy that was forgotten, most often."""
    sentences = Counter(
        sentence for text in texts for sentence in map(str.strip, _SENTENCE_END.split(text)) if len(sentence) >= SHORT
    )
    return [sentence for sentence, count in sentences.items() if count > 1]


def due_date(text: str, year: int, quarter: int) -> date:
    """The last day of the latest month that ``text`` names in brackets, otherwise of the quarter."""
    months = [month for month in due_months(text) if 1 <= month <= 12]
    return month_end(year, max(months)) if months else quarter_end(year, quarter)


def due_months(text: str) -> list[int]:
    """The months in brackets, in the order of the text: “（7月）”, “(10—11月)”, “（十二月底前）”."""
    found = [numeral for match in _MONTHS_IN_BRACKETS.finditer(text) for numeral in match.groups() if numeral]
    return [count(numeral) for numeral in found]


def count(numeral: str) -> int:
    """The number that digits or Chinese digits up to 99 write; 0 for what is none."""
    if numeral.isdigit():
        return int(numeral)
    tens, ten, units = numeral.rpartition("十")
    if not ten:
        return _CHINESE_DIGITS[numeral[0]] if len(numeral) == 1 else 0
    return _CHINESE_DIGITS.get(tens, 1) * 10 + _CHINESE_DIGITS.get(units, 0)
