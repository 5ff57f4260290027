"""Native charts for the report's Word file: DrawingML with the figures in it, which Word and WPS draw themselves.

The figures stand in the chart as literals, so no workbook is hidden in the file; whoever wants to calculate has the
Excel file.
"""

from collections.abc import Callable, Sequence
from xml.sax.saxutils import quoteattr

from .report_document import Band, Cell, Table, number_text

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
COLOURS = ["1B4D8F", "9FB8D9", "C8781E", "4F8A5B", "7A5AA6", "A33B3B"]
WIDTH, HEIGHT, PER_BAR = 5_680_000, 2_700_000, 230_000  # EMU: as wide as the text; every bar with its name
FONT = '<a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p>'
GRID = '<a:ln w="6350"><a:solidFill><a:srgbClr val="D5DAE1"/></a:solidFill></a:ln>'
AXES = '<c:axId val="1"/><c:axId val="2"/>'


def drawn(table: Table) -> bool:
    """Whether there is something to draw: a chart is asked for and one of its figures is not nothing."""
    return bool(table.chart) and any(row[at] for row in _lines(table) for at in table.plotted)


def chart_xml(table: Table, text_of: Callable[[str], str]) -> str:
    """The part of the file that holds the chart; ``text_of`` makes text fit for XML."""
    lines = _lines(table)
    names = [text_of(number_text(row[table.named_by])) for row in lines]
    series = "".join(
        _series(order, text_of(table.head[at]), names, [row[at] for row in lines], table.chart)
        for order, at in enumerate(table.plotted)
    )
    legend = '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>' if len(table.plotted) > 1 else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<c:chartSpace xmlns:c="{C}" xmlns:a="{A}">'
        f'<c:lang val="zh-CN"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f"{_plot(table.chart, series)}{_axes(table.chart)}</c:plotArea>{legend}"
        f'<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:txPr><a:bodyPr/><a:lstStyle/>{FONT}</c:txPr></c:chartSpace>"
    )


def drawing(number: int, table: Table) -> str:
    """The paragraph that places chart ``number`` into the text; its title is read out where it cannot be seen."""
    height = max(HEIGHT, PER_BAR * len(_lines(table))) if table.chart == "bars" else HEIGHT
    chart = f'<c:chart xmlns:c="{C}" xmlns:r="{R}" r:id="chart{number}"/>'
    return (
        f'<w:p><w:pPr><w:keepNext/></w:pPr><w:r><w:drawing><wp:inline xmlns:wp="{WP}" distT="0" distB="0" distL="0"'
        f' distR="0"><wp:extent cx="{WIDTH}" cy="{height}"/>'
        f'<wp:docPr id="{number}" name="chart {number}" descr={quoteattr(table.title)}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic xmlns:a="{A}"><a:graphicData uri="{C}">{chart}</a:graphicData></a:graphic>'
        f"</wp:inline></w:drawing></w:r></w:p>"
    )


def related(number: int) -> str:
    return f'<Relationship Id="chart{number}" Type="{R}/chart" Target="charts/chart{number}.xml"/>'


def typed(number: int) -> str:
    return f'<Override PartName="/word/charts/chart{number}.xml" ContentType="{TYPE}"/>'


def _lines(table: Table) -> list[list[Cell]]:
    return [row for row in table.rows if not isinstance(row, Band)]


def _series(order: int, name: str, names: Sequence[str], values: Sequence[Cell], kind: str) -> str:
    fill = f'<a:solidFill><a:srgbClr val="{COLOURS[order % len(COLOURS)]}"/></a:solidFill>'
    look = f'<a:ln w="25400">{fill}</a:ln>' if kind == "radar" else fill
    kept = "" if kind == "radar" else '<c:invertIfNegative val="0"/>'
    return (
        f'<c:ser><c:idx val="{order}"/><c:order val="{order}"/><c:tx><c:v>{name}</c:v></c:tx>'
        f"<c:spPr>{look}</c:spPr>{kept}<c:cat><c:strLit>{_points(names)}</c:strLit></c:cat>"
        f"<c:val><c:numLit><c:formatCode>General</c:formatCode>{_points(values)}</c:numLit></c:val></c:ser>"
    )


def _points(values: Sequence[Cell]) -> str:
    said = [f'<c:pt idx="{at}"><c:v>{one}</c:v></c:pt>' for at, one in enumerate(values) if one is not None]
    return f'<c:ptCount val="{len(values)}"/>{"".join(said)}'


def _plot(kind: str, series: str) -> str:
    if kind == "radar":
        return f'<c:radarChart><c:radarStyle val="marker"/><c:varyColors val="0"/>{series}{AXES}</c:radarChart>'
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
