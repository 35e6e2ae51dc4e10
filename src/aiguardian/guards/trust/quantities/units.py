"""Units of measure, each with its dimension and its size in the base unit of that dimension.

Base units: metre, gram, second, square metre, litre, metre per second, joule, byte, degree
Celsius, watt, hertz. Sizes from the SI brochure (BIPM, 2019) and NIST SP 811 (2008) for the
others.
"""

from __future__ import annotations

from msgspec import Struct


class Unit(Struct, frozen=True, gc=False):
    """`value * size + zero` is the value in the base unit of `dimension`."""

    name: str
    dimension: str
    size: float
    zero: float = 0.0


_TABLE = """
length mm:0.001 millimetre:0.001 millimeter:0.001 cm:0.01 centimetre:0.01 centimeter:0.01 m:1
length metre:1 meter:1 km:1000 kilometre:1000 kilometer:1000 in:0.0254 inch:0.0254 ft:0.3048
length foot:0.3048 feet:0.3048 yd:0.9144 yard:0.9144 mi:1609.344 mile:1609.344
length nm:1e-9 nanometre:1e-9 nanometer:1e-9 micron:1e-6 µm:1e-6 au:149597870700
length light-year:9.4607e15 fathom:1.8288
length furlong:201.168
mass mg:0.001 milligram:0.001 µg:1e-6 microgram:1e-6 g:1 gram:1 gramme:1 kg:1000 kilogram:1000
mass kilo:1000 tonne:1e6 ton:1e6 lb:453.59237 pound:453.59237 oz:28.349523 ounce:28.349523
mass stone:6350.29
time ms:0.001 millisecond:0.001 s:1 sec:1 second:1 min:60 minute:60 h:3600 hr:3600 hour:3600
time day:86400 night:86400 week:604800 fortnight:1209600 month:2629800 year:31557600 yr:31557600
time decade:315576000 century:3155760000 millennium:31557600000
area m²:1 m2:1 km²:1e6 km2:1e6 ha:1e4 hectare:1e4 acre:4046.8564 sqm:1 sqft:0.09290304
area ft²:0.09290304
volume ml:0.001 millilitre:0.001 milliliter:0.001 cl:0.01 l:1 litre:1 liter:1 gallon:3.785412
volume pint:0.473176 quart:0.946353 barrel:158.987 m³:1000 m3:1000 teaspoon:0.00493
volume tablespoon:0.01479
speed km/h:0.2777778 kmh:0.2777778 kph:0.2777778 mph:0.44704 m/s:1 knot:0.5144444 kn:0.5144444
speed ft/s:0.3048
energy j:1 joule:1 kj:1000 kilojoule:1000 cal:4.184 calorie:4184 kcal:4184 wh:3600 kwh:3.6e6
energy mwh:3.6e9 gwh:3.6e12 twh:3.6e15
data bit:0.125 byte:1 kb:1e3 kilobyte:1e3 mb:1e6 megabyte:1e6 gb:1e9 gigabyte:1e9 tb:1e12
data terabyte:1e12 kib:1024 mib:1048576 gib:1073741824
power w:1 watt:1 kw:1e3 kilowatt:1e3 mw:1e6 megawatt:1e6 gw:1e9 gigawatt:1e9 hp:745.7
power horsepower:745.7
frequency hz:1 hertz:1 khz:1e3 kilohertz:1e3 mhz:1e6 megahertz:1e6 ghz:1e9 gigahertz:1e9
"""
_SPELLED_SQUARE = {
    "square metre": 1.0,
    "square meter": 1.0,
    "square kilometre": 1e6,
    "square kilometer": 1e6,
    "square mile": 2_589_988.1,
    "square foot": 0.09290304,
    "square feet": 0.09290304,
    "sq mi": 2_589_988.1,
    "sq km": 1e6,
    "sq ft": 0.09290304,
    "sq m": 1.0,
    "km 2": 1e6,
}
_CASED = frozenset({"m", "g", "s", "h", "l", "j", "w", "in", "mi", "min", "mw", "au", "ha", "cal"})
"""Short units that are words, initials or magnitudes in capitals ("M" is a million)."""


def _read_table() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for line in _TABLE.split("\n"):
        dimension, _, entries = line.partition(" ")
        for entry in entries.split():
            name, _, size = entry.partition(":")
            units[name] = Unit(name, dimension, float(size))
    for name, size_m2 in _SPELLED_SQUARE.items():
        units[name] = Unit(name, "area", size_m2)
    for name in ("°c", "celsius", "degrees celsius", "degree celsius"):
        units[name] = Unit(name, "temperature", 1.0)
    for name in ("°f", "fahrenheit", "degrees fahrenheit", "degree fahrenheit"):
        units[name] = Unit(name, "temperature", 5 / 9, -160 / 9)
    for name in ("kelvin", "kelvins"):
        units[name] = Unit(name, "temperature", 1.0, -273.15)
    return units


UNITS = _read_table()

CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "a$": "AUD", "aud": "AUD", "c$": "CAD",
    "cad": "CAD", "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP",
    "sterling": "GBP", "¥": "JPY", "jpy": "JPY", "yen": "JPY", "cny": "CNY", "rmb": "CNY",
    "yuan": "CNY", "₹": "INR", "inr": "INR", "rs": "INR", "rupee": "INR", "₩": "KRW", "won": "KRW",
    "krw": "KRW", "₽": "RUB", "rub": "RUB", "ruble": "RUB", "rouble": "RUB", "chf": "CHF",
    "franc": "CHF", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "krona": "SEK", "peso": "MXN",
    "₺": "TRY", "try": "TRY", "lira": "TRY", "₴": "UAH", "uah": "UAH", "pln": "PLN", "zloty": "PLN",
    "brl": "BRL", "r$": "BRL", "zar": "ZAR", "rand": "ZAR", "hk$": "HKD", "hkd": "HKD",
    "s$": "SGD", "sgd": "SGD", "nz$": "NZD", "nzd": "NZD", "cent": "cent", "pence": "cent",
    "penny": "cent", "₿": "BTC", "btc": "BTC",
}  # fmt: skip
"""Signs, ISO 4217 codes and words; "cent" is the hundredth of any of them."""

MAGNITUDES = {
    "hundred": 1e2, "thousand": 1e3, "thousands": 1e3, "k": 1e3, "lakh": 1e5, "lakhs": 1e5,
    "million": 1e6, "millions": 1e6, "mn": 1e6, "mm": 1e6, "mio": 1e6, "mln": 1e6, "m": 1e6,
    "crore": 1e7, "crores": 1e7, "billion": 1e9, "billions": 1e9, "bn": 1e9, "b": 1e9, "mrd": 1e9,
    "milliard": 1e9, "trillion": 1e12, "trillions": 1e12, "tn": 1e12, "trn": 1e12,
    "millionen": 1e6, "milliarden": 1e9, "millones": 1e6, "milliards": 1e9, "milhões": 1e6,
    "milioni": 1e6, "miliardi": 1e9, "миллион": 1e6, "миллионов": 1e6, "миллиардов": 1e9,
    "万": 1e4, "億": 1e8, "亿": 1e8,
}  # fmt: skip
"""Factors of spoken and written magnitudes, short scale."""


def find_unit(written: str) -> Unit | None:
    """The unit of a written name, singular or plural, or None. Capitals count where they tell
    units apart: "m" is a metre and "M" is none."""
    low = written.lower().rstrip(".")
    if low == "second":
        return None  # "the 2019 second quarter"; seconds are in the plural
    if low in _CASED and written.rstrip(".") != low and low != "au":
        return None
    return UNITS.get(low) or (UNITS.get(low[:-1]) if low.endswith("s") and len(low) > 3 else None)


def find_currency(written: str) -> str | None:
    """The ISO code of a sign, code or word, singular or plural, or None."""
    low = written.lower()
    return CURRENCIES.get(low) or (CURRENCIES.get(low[:-1]) if low.endswith("s") else None)
