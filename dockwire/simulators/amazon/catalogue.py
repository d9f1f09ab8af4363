"""What the simulated sellers sell: forty products, with SKUs as awkward as real ones."""

from dataclasses import dataclass
from decimal import Decimal

UNLISTED_SKUS = ("LEGACY-0001", "bundle?set=2", "OLD/STOCK 7")
"""SKUs that occur on a few orders and are in nobody's catalogue."""

_ROWS = """
ANCHOR-TEE-S | Anchor T-shirt, small | 14.90
ANCHOR-TEE-M | Anchor T-shirt, medium | 14.90
ANCHOR-TEE-L | Anchor T-shirt, large | 14.90
ANCHOR-TEE-XL | Anchor T-shirt, extra large | 15.90
MUG-BLUE-350 | Stoneware mug, blue, 350 ml | 11.50
MUG-WHITE-350 | Stoneware mug, white, 350 ml | 11.50
MUG/SET/4 | Stoneware mugs, set of four | 39.00
ROPE-6MM-20M | Braided rope 6 mm, 20 m | 18.75
ROPE-8MM-20M | Braided rope 8 mm, 20 m | 24.25
ROPE+HOOK 8MM | Braided rope 8 mm with hook | 29.99
LANTERN-LED | Storm lantern, LED | 34.95
LANTERN-OIL | Storm lantern, oil | 32.50
OIL-LAMP-1L | Lamp oil, one litre | 8.99
KNIFE-POCKET | Pocket knife, stainless | 27.00
COMPASS-BRASS | Brass compass | 44.90
MAP-TUBE 60CM | Map tube, 60 cm | 12.00
DRYBAG-10 | Dry bag, 10 litres | 16.49
DRYBAG-20 | Dry bag, 20 litres | 19.99
DRYBAG-40 | Dry bag, 40 litres | 26.99
CHARGER-USB-C | USB charger, 30 W | 21.90
KABEL-USB-C-2M | USB cable, 2 m | 9.95
SOCKE-GRÜN-39/42 | Wool socks, green, 39 to 42 | 13.95
SOCKE-GRÜN-43/46 | Wool socks, green, 43 to 46 | 13.95
茶碗-01 | Tea bowl, hand thrown | 31.00
茶筅-80本立 | Tea whisk, 80 prongs | 22.00
CAFÉ-250G | Coffee beans, 250 g | 8.50
CAFÉ-1KG | Coffee beans, 1 kg | 27.50
TIN#3-TEA | Black tea in a tin | 10.80
SOAP-SALT%20 | Salt soap with 20 % olive oil | 6.40
TOWEL-50x100 | Linen towel, 50 by 100 cm | 17.60
TOWEL-70x140 | Linen towel, 70 by 140 cm | 28.40
BLANKET-WOOL | Wool blanket | 79.00
KETTLE-1.2L | Enamel kettle, 1.2 litres | 36.30
PAN-28 | Cast iron pan, 28 cm | 58.00
PAN-28-LID | Lid for pan, 28 cm | 24.00
BOARD-OAK | Oak cutting board | 33.20
NOTEBOOK-A5 | Notebook A5, dotted | 7.90
NOTEBOOK-A5-3 | Notebooks A5, pack of three | 19.90
PENCIL-12 | Pencils, box of twelve | 9.20
TOY-BOAT | Wooden toy boat | 15.30
"""


@dataclass(frozen=True, slots=True)
class Product:
    """One thing for sale; ``price`` is in US dollars, other currencies are derived from it."""

    sku: str
    title: str
    asin: str
    price: Decimal


def catalogue() -> list[Product]:
    """Return all products, always the same ones in the same order."""
    rows = [[cell.strip() for cell in line.split("|")] for line in _ROWS.strip().splitlines()]
    return [
        Product(sku, title, f"B0SIM{number:05d}", Decimal(price))
        for number, (sku, title, price) in enumerate(rows, start=1)
    ]
