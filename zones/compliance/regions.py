"""Every pack that the program knows. A consortium has the national one and chooses among the others."""

from .national import NATIONAL
from .ningbo import NINGBO

REGIONS = (NINGBO,)
PACKS = {pack.code: pack for pack in (NATIONAL, *REGIONS)}
