"""What a colour costs by the hour, and the overlap of two: plain arithmetic over counts and list prices, in Decimal.

Parts are what a colour is made of, Prices what one of each costs (cutover.aws_prices reads them), `cost_of` gives the
ColourCost, `of_overlap` what two awake colours have cost. What has no price is unknown with its reason, and never
nothing.
"""

from cutover.cost.colour_cost import ColourCost, cost_of, difference
from cutover.cost.overlap import Overlap, last_tag_in, of_overlap
from cutover.cost.own_prices import OwnPrices
from cutover.cost.parts import Kind, Parts
from cutover.cost.price import Price, Prices, Rate, Unknown

__all__ = [
    "ColourCost",
    "Kind",
    "Overlap",
    "OwnPrices",
    "Parts",
    "Price",
    "Prices",
    "Rate",
    "Unknown",
    "cost_of",
    "difference",
    "last_tag_in",
    "of_overlap",
]
