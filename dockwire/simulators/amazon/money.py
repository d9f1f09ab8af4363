"""Amounts as Amazon writes them: decimal strings with the currency's own number of digits."""

from decimal import ROUND_HALF_UP, Decimal

# Units of the currency for one US dollar: plausible prices, not exchange rates.
_PER_DOLLAR = {
    "USD": Decimal(1),
    "CAD": Decimal("1.36"),
    "MXN": Decimal(18),
    "BRL": Decimal("5.4"),
    "GBP": Decimal("0.79"),
    "EUR": Decimal("0.92"),
    "JPY": Decimal(150),
    "AUD": Decimal("1.5"),
}

JsonMoney = dict[str, str]
"""``Money`` of the Orders model: ``{"amount": "12.50", "currencyCode": "EUR"}``."""


def smallest_unit(currency: str) -> Decimal:
    """Return one yen, or one hundredth of any other currency."""
    return Decimal(1) if currency == "JPY" else Decimal("0.01")


def converted(dollars: Decimal, currency: str) -> Decimal:
    """Turn a dollar price into another currency, rounded to its smallest unit."""
    rate = _PER_DOLLAR.get(currency, Decimal(1))
    return (dollars * rate).quantize(smallest_unit(currency), ROUND_HALF_UP)


def money(amount: Decimal, currency: str) -> JsonMoney:
    """Write an amount in Amazon's form; yen without decimals, as in the model's own sample."""
    rounded = amount.quantize(smallest_unit(currency), ROUND_HALF_UP)
    return {"amount": f"{rounded:f}", "currencyCode": currency}
