"""What an evaluation counts by itself: one short function a measure, which finds the rows that answer its question.

Only what others have confirmed counts: approved hours, accepted modules, verified outcomes and registers. A measure
says which rows it counts and which one figure they give: a sum or count (``of``), or that for each ``per`` (times
``factor``, so per cent by default), and which indicators of the paper on special zones (table 1) it can answer.
"""

from . import running, classes, results  # noqa: F401, I001  each registers its measures, in the order of the paper
from .registry import MEASURES, Measure

__all__ = ["MEASURES", "Measure"]
