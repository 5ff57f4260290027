"""Native charts for the report's Word and Excel files: DrawingML, which Word, Excel and WPS draw themselves.

In Word the figures stand in the chart as literals, so no workbook is hidden in the file; in Excel it points to cells.
"""

from collections.abc import Callable, Sequence
from xml.sax.saxutils import quoteattr

from .report_document import number_text
from .report_parts import Band, Cell, Table

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
COLOURS = ["1B4D8F", "9FB8D9", "C8781E", "4F8A5B", "7A5AA6", "A33B3B"]
WIDTH, HEIGHT, PER_BAR = 5_680_000, 2_700_000, 230_000  # EMU: as wide as the text; every bar with its name
FONT = '<a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p>'
GRID = '<a:ln w="6350"><a:solidFill><a:srgbClr val="D5DAE1"/></a:solidFill></a:ln>'
GENERAL = "<c:formatCode>General</c:formatCode>"
STRAIGHT = '<c:smooth val="0"/>'
AXES = '<c:axId val="1"/><c:axId val="2"/>'

Cells = Callable[[int, bool], str]


def drawn(table: Table) -> bool:
    """Whether there is something to draw: a chart is asked for and one of its figures is not nothing."""
    return bool(table.chart) and any(row[at] for row in _lines(table) for at in table.plotted)


def chart_xml(table: Table, text_of: Callable[[str], str], cells: Cells | None = None) -> str:
    """The part of the file that holds the chart; ``text_of`` makes text fit for XML. ``cells`` says for a column and
    for whether its head is meant where that stands in a workbook; then the chart bears the table's title too, and a
    band is a gap."""
    lines = (
        [[None] * len(table.head) if isinstance(row, Band) else row for row in table.rows] if cells else _lines(table)
    )
    names = _points([row[table.named_by] and text_of(number_text(row[table.named_by])) for row in lines])
    series = "".join(
        _series(
            order,
            _source("str", cells and cells(at, True), _points([text_of(table.head[at])]), text_of(table.head[at])),
            _source("str", cells and cells(table.named_by, False), names),
            _source("num", cells and cells(at, False), f"{GENERAL}{_points([row[at] for row in lines])}"),
            table.chart,
        )
        for order, at in enumerate(table.plotted)
    )
    title = _title(text_of(table.title)) if cells else ""
    legend = '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>' if len(table.plotted) > 1 else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<c:chartSpace xmlns:c="{C}" xmlns:a="{A}">'
        f'<c:lang val="zh-CN"/><c:roundedCorners val="0"/><c:chart>{title}'
        f'<c:autoTitleDeleted val="{0 if title else 1}"/>'
        f"<c:plotArea><c:layout/>{_plot(table.chart, series)}{_axes(table.chart)}</c:plotArea>{legend}"
        f'<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:txPr><a:bodyPr/><a:lstStyle/>{FONT}</c:txPr></c:chartSpace>"
    )


def drawing(number: int, table: Table) -> str:
    """The paragraph that places chart ``number`` into the text; its title is read out where it cannot be seen."""
    chart = f'<c:chart xmlns:c="{C}" xmlns:r="{R}" r:id="chart{number}"/>'
    return (
        f'<w:p><w:pPr><w:keepNext/></w:pPr><w:r><w:drawing><wp:inline xmlns:wp="{WP}" distT="0" distB="0" distL="0"'
        f' distR="0"><wp:extent cx="{WIDTH}" cy="{height_of(table)}"/>'
        f'<wp:docPr id="{number}" name="chart {number}" descr={quoteattr(table.title)}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic xmlns:a="{A}"><a:graphicData uri="{C}">{chart}</a:graphicData></a:graphic>'
        f"</wp:inline></w:drawing></w:r></w:p>"
    )


def height_of(table: Table) -> int:
    """Of its chart, in EMU."""
    return max(HEIGHT, PER_BAR * len(table.rows)) if table.chart == "bars" else HEIGHT


def related(number: int) -> str:
    return f'<Relationship Id="chart{number}" Type="{R}/chart" Target="charts/chart{number}.xml"/>'


def typed(number: int) -> str:
    return f'<Override PartName="/word/charts/chart{number}.xml" ContentType="{TYPE}"/>'


def _lines(table: Table) -> list[list[Cell]]:
    return [row for row in table.rows if not isinstance(row, Band)]


def _title(text: str) -> str:
    said = f'<a:r><a:rPr lang="zh-CN" sz="1100" b="1"/><a:t>{text}</a:t></a:r>'
    return f'<c:title><c:tx><c:rich><a:bodyPr/><a:p>{said}</a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'


def _source(kind: str, place: str | None, points: str, alone: str = "") -> str:
    """What is drawn: literals, ``alone`` without a list; or cells, with what they hold when the file is written."""
    if place:
        return f"<c:{kind}Ref><c:f>{place}</c:f><c:{kind}Cache>{points}</c:{kind}Cache></c:{kind}Ref>"
    return f"<c:v>{alone}</c:v>" if alone else f"<c:{kind}Lit>{points}</c:{kind}Lit>"


def _series(order: int, name: str, names: str, values: str, kind: str) -> str:
    fill = f'<a:solidFill><a:srgbClr val="{COLOURS[order % len(COLOURS)]}"/></a:solidFill>'
    is_line = kind in {"radar", "line"}
    look = f'<a:ln w="25400">{fill}</a:ln>' if is_line else fill
    kept = "" if is_line else '<c:invertIfNegative val="0"/>'
    bent = STRAIGHT if kind == "line" else ""
    return (
        f'<c:ser><c:idx val="{order}"/><c:order val="{order}"/><c:tx>{name}</c:tx><c:spPr>{look}</c:spPr>{kept}'
        f"<c:cat>{names}</c:cat><c:val>{values}</c:val>{bent}</c:ser>"
    )


def _points(values: Sequence[Cell]) -> str:
    said = [f'<c:pt idx="{at}"><c:v>{one}</c:v></c:pt>' for at, one in enumerate(values) if one is not None]
    return f'<c:ptCount val="{len(values)}"/>{"".join(said)}'


def _plot(kind: str, series: str) -> str:
    if kind == "radar":
        return f'<c:radarChart><c:radarStyle val="marker"/><c:varyColors val="0"/>{series}{AXES}</c:radarChart>'
    if kind == "line":
        about = '<c:grouping val="standard"/><c:varyColors val="0"/>'
        return f'<c:lineChart>{about}{series}<c:marker val="1"/>{AXES}</c:lineChart>'
    way, grouping = ("bar" if kind == "bars" else "col"), ("stacked" if kind == "stacked" else "clustered")
    overlap = '<c:overlap val="100"/>' if kind == "stacked" else ""
    return (
        f'<c:barChart><c:barDir val="{way}"/><c:grouping val="{grouping}"/><c:varyColors val="0"/>{series}'
        f'<c:gapWidth val="60"/>{overlap}{AXES}</c:barChart>'
    )


def _axes(kind: str) -> str:
    across = kind == "bars"
    order, sides = ("maxMin", "lb") if across else ("minMax", "bl")  # the first row on top, as in the table
    whole = '<c:max val="100"/><c:min val="0"/>' if kind == "radar" else ""  # scores
    return (
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{sides[0]}"/><c:crossAx val="2"/></c:catAx>'
        f'<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>{whole}</c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{sides[1]}"/><c:majorGridlines><c:spPr>{GRID}</c:spPr></c:majorGridlines>'
        f'<c:numFmt formatCode="#,##0" sourceLinked="0"/><c:crossAx val="1"/></c:valAx>'
    )
