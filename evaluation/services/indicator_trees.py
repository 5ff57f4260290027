"""A scheme as colleges write it: a tree in merged cells with subtotals, weights as 0 to 1, 0 to 100 or points."""

import re
from decimal import Decimal, InvalidOperation

from ..curves import plain
from ..models import Scheme, Subtotal

HEADS = {
    "number": ["序号", "编号", "号"],
    "group": ["一级指标", "绩效项目", "指标组", "项目", "组"],
    "dimension": ["二级指标", "维度", "子项目"],
    "name": ["三级指标", "细分指标", "指标", "指标名称", "观测点"],
    "weight_percent": ["权重", "分值", "分数", "满分"],
    "required": ["必选", "是否必选", "必选/可选"],
    "kind": ["指标类型", "类型"],
    "rubric": ["评分标准", "评价标准", "标准", "说明"],
    "group_weight": ["一级权重", "一级分值", "项目权重"],
    "dimension_weight": ["二级权重", "二级分值", "维度权重"],
}
NAMES = {title: name for name, titles in HEADS.items() for title in titles}
IN_TEXT = re.compile(r"\s*[（(]?\s*(\d+(?:\.\d+)?)\s*[分%％]\s*[)）]?\s*$")
SUMS = {"小计", "合计", "总计"}
KINDS = {
    "加权": "weighted",
    "加权指标": "weighted",
    "扣分": "deduction",
    "扣分项": "deduction",
    "否决": "veto",
    "否决项": "veto",
}
Row = tuple[int, list[str]]


def is_tree(head: list[str]) -> bool:
    """Whether the first row is a Chinese one with at least a name and a weight."""
    return {"name", "weight_percent"} <= {NAMES.get(_plain(title), "") for title in head}


def read_tree(rows: list[Row]) -> tuple[list[Row], list[Subtotal], str]:
    """The rows as those of the plain file, its first row too; the declared subtotals; how the weights are written.

    A cell that is empty below a merged one says the same. An asterisk before a name means required, as in the paper.
    """
    head = [NAMES.get(_plain(title), "") for title in rows[0][1]]
    as_points = any(_plain(title) in ("分值", "分数", "满分") for title in rows[0][1])
    group = dimension = ""
    found: list[tuple[int, dict[str, str]]] = []
    declared: dict[tuple[str, str], Decimal] = {}
    for number, texts in rows[1:]:
        cells = dict(zip(head, texts, strict=False))
        if cells.get("group"):
            group, said = _without_points(cells["group"])
            dimension = ""
            _declare(declared, (group, ""), said)
        if cells.get("dimension"):
            dimension, said = _without_points(cells["dimension"])
            _declare(declared, (group, dimension), said)
        if SUMS & {group, dimension, cells.get("name", "")}:
            if cells.get("name") in SUMS and group not in SUMS and dimension not in SUMS:
                _declare(declared, (group, dimension), _number(cells.get("weight_percent", "")))
            group, dimension = (group, dimension) if group not in SUMS and dimension not in SUMS else ("", "")
            continue
        _declare(declared, (group, ""), _number(cells.get("group_weight", "")))
        _declare(declared, (group, dimension), _number(cells.get("dimension_weight", "")))
        found.append((number, _line(cells, group, dimension or group, len(found) + 1)))
    shares = [_number(cells["weight_percent"]) for _number_of_row, cells in found]
    weights = [share for share in shares if share is not None]
    is_fraction = not as_points and bool(weights) and max(weights) <= 1 and sum(weights) < 2
    factor = Decimal(100) if is_fraction else Decimal(1)
    columns = [
        "number",
        "group",
        "dimension",
        "name",
        "weight_percent",
        "required",
        "kind",
        "rubric",
        "measure",
        "curve",
    ]
    for (_row, cells), share in zip(found, shares, strict=True):
        if share is not None:
            cells["weight_percent"] = plain(share * factor)
    subtotals = [
        Subtotal(group=of, dimension=part if part != of else "", weight=weight * factor)
        for (of, part), weight in declared.items()
        if of
    ]
    form = (
        Scheme.WeightsAs.POINTS if as_points else Scheme.WeightsAs.FRACTION if is_fraction else Scheme.WeightsAs.PERCENT
    )
    plain_rows = [(number, [cells.get(name, "") for name in columns]) for number, cells in found]
    return [(rows[0][0], columns), *plain_rows], subtotals, form


def _line(cells: dict[str, str], group: str, dimension: str, following: int) -> dict[str, str]:
    name = cells.get("name", "")
    is_marked = name.startswith(("*", "＊"))
    required = cells.get("required", "")
    return {
        **cells,
        "number": cells.get("number") or str(following),
        "group": group,
        "dimension": dimension,
        "name": name.lstrip("*＊ "),
        "required": "yes" if is_marked and not required else required,
        "kind": KINDS.get(cells.get("kind", ""), cells.get("kind", "")),
        "weight_percent": cells.get("weight_percent", "").rstrip("分%％ "),
    }


def _declare(declared: dict[tuple[str, str], Decimal], place: tuple[str, str], weight: Decimal | None) -> None:
    if weight is not None:
        declared[place] = weight


def _without_points(text: str) -> tuple[str, Decimal | None]:
    """A heading such as 产教特区（45分）: its name, and what it says it weighs."""
    if not (found := IN_TEXT.search(text)):
        return text, None
    return text[: found.start()].strip(), Decimal(found[1])


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.rstrip("分%％ "))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _plain(title: str) -> str:
    """A title without its unit: 权重／％, 权重(%) and 权重 are the same."""
    return re.sub(r"[\s／/（(]*[%％]?[)）]?$", "", re.sub(r"\s+", "", title))
