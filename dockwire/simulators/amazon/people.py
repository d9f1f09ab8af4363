"""Invented buyers, with addresses in the forms their countries write them.

No name, street or number belongs to anybody: telephone numbers come from ranges that regulators
keep free for fiction where such ranges exist, and mail addresses use the reserved domain ``example``.
"""

import random
from dataclasses import dataclass

from dockwire.simulators.amazon.orders import JsonObject


@dataclass(frozen=True, slots=True)
class Country:
    """Material for addresses: ``places`` are (city, state, postal code), ``{n}`` becomes a number."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[tuple[str, str, str], ...]
    phone: str
    family_first: bool = False


_ENGLISH_GIVEN = (
    "Alba",
    "Bertram",
    "Cleo",
    "Dorian",
    "Elspeth",
    "Floyd",
    "Greta",
    "Hollis",
    "Imogen",
    "Jasper",
)
_ENGLISH_FAMILY = (
    "Fenwick",
    "Marlowe",
    "O'Testa",
    "Quill",
    "Saltmarsh",
    "Thornbury",
    "Underhill",
    "Wexcombe",
)
_SPANISH_GIVEN = ("Aurelio", "Belén", "Ciro", "Dafne", "Íñigo", "Nieves", "Óscar", "Yolanda")
_SPANISH_FAMILY = ("Álamo Peña", "Cordero Ruiz", "Ibáñez Luna", "Marín Soto", "Núñez Vega")

COUNTRIES = {
    "US": Country(
        _ENGLISH_GIVEN,
        _ENGLISH_FAMILY,
        ("{n} Larkspur Lane", "{n} Tidewater Ave Apt 4", "{n} Old Mill Rd", "{n} N Harbor St"),
        (("Springfield", "IL", "62704"), ("Riverton", "UT", "84065-1234"), ("Fairview", "TX", "75069"),
         ("Greenville", "SC", "29601"), ("Salem", "OR", "97301"), ("Juneau", "AK", "99801")),
        "+1 202 555 01{d}{d}",
    ),
    "CA": Country(
        (*_ENGLISH_GIVEN, "Aurèle", "Maïté"),
        (*_ENGLISH_FAMILY, "Bélanger-Test", "Lévesque"),
        ("{n} Rue des Érables", "{n} Maple Cres", "{n}-{n} Lakeshore Blvd"),
        (("Montréal", "QC", "H2X 1Y4"), ("Guelph", "ON", "N1H 3A1"), ("Nanaimo", "BC", "V9R 5B6")),
        "+1 416 555 01{d}{d}",
    ),
    "MX": Country(
        _SPANISH_GIVEN, _SPANISH_FAMILY,
        ("Calle Roble {n}, Int. 3", "Av. de los Cedros {n}", "Privada Nogal {n}"),
        (("Guadalajara", "Jalisco", "44100"), ("Mérida", "Yucatán", "97000"), ("Puebla", "Puebla", "72000")),
        "+52 55 5550 01{d}{d}",
    ),
    "GB": Country(
        _ENGLISH_GIVEN, _ENGLISH_FAMILY,
        ("Flat {n}, 12 Heron Quay", "{n} Chapel Row", "The Old Bakery, {n} Mill Lane"),
        (("Reading", "Berkshire", "RG1 1AA"), ("Kirkwall", "Orkney", "KW15 1AA"), ("Cardiff", "", "CF10 1AA")),
        "+44 20 7946 0{d}{d}{d}",
    ),
    "DE": Country(
        ("Änne", "Björn", "Claas", "Dörte", "Etta", "Folkert", "Gesche", "Jürgen", "Käthe"),
        ("Brückner", "Großmann", "Kröger", "Müßig", "Östermann", "Probst", "von der Heyde"),
        ("Lindenweg {n}", "Am Alten Hafen {n}a", "Straße der Erprobung {n}", "Packstation {n}"),
        (("Lübeck", "", "23552"), ("München", "BY", "80331"), ("Köln", "", "50667"), ("Görlitz", "SN", "02826")),
        "+49 30 23125 {d}{d}{d}",
    ),
    "FR": Country(
        ("Aglaé", "Cyprien", "Eloïse", "Faustine", "Gaël", "Hélène", "Noé"),
        ("Chênevert", "D'Aubépine", "Lefèvre", "Pâquerette", "Théodon"),
        ("{n} bis, rue de l'Église", "{n} allée des Œillets", "Résidence Les Pins, bât. C"),
        (("Nantes", "", "44000"), ("Besançon", "", "25000"), ("Saint-Étienne", "", "42000")),
        "+33 1 99 00 {d}{d} {d}{d}",
    ),
    "IT": Country(
        ("Ambra", "Ciro", "Fiorella", "Gioele", "Niccolò", "Zita"),
        ("Bianchetti", "D'Ambrosio", "Ferrò", "Neri Prova"),
        ("Via dei Ciliegi, {n}", "Piazza dell'Unità {n}/B", "Corso Esempio {n}"),
        (("Verona", "VR", "37121"), ("Forlì", "FC", "47121"), ("L'Aquila", "AQ", "67100")),
        "+39 06 5550 {d}{d}{d}{d}",
    ),
    "ES": Country(
        _SPANISH_GIVEN, _SPANISH_FAMILY,
        ("Calle del Río, {n}, 2º B", "Avenida de la Peña {n}", "Plaza Ñandú {n}"),
        (("Cádiz", "Cádiz", "11001"), ("A Coruña", "A Coruña", "15001"), ("Málaga", "Málaga", "29001")),
        "+34 910 55 {d}{d} {d}{d}",
    ),
    "NL": Country(
        ("Aafke", "Daan", "Fenna", "Joost", "Noor", "Wieteke"),
        ("de Proef", "van 't Hof", "IJsselstein", "Zwaluw"),
        ("Kerkstraat {n}", "'s-Gravenweg {n} hs", "Grachtkade {n}-II"),
        (("Delft", "", "2611 AA"), ("'s-Hertogenbosch", "", "5211 AA"), ("Zwolle", "", "8011 AA")),
        "+31 20 555 0{d}{d}{d}",
    ),
    "JP": Country(
        ("葵", "健太", "さくら", "大輔", "美咲", "蓮"),
        ("試山", "見本", "架空", "例川", "仮名田"),
        ("架空町{n}丁目2-3", "例示が丘{n}-8 サンプルハイツ201号室", "見本通{n}番地"),
        (("", "東京都", "150-0002"), ("大阪市", "大阪府", "530-0001"), ("札幌市", "北海道", "060-0001")),
        "+81 3 5550 {d}{d}{d}{d}",
        family_first=True,
    ),
    "AU": Country(
        _ENGLISH_GIVEN, _ENGLISH_FAMILY,
        ("Unit {n}/5 Wattle Grove", "{n} Banksia Pde", "Lot {n} Ghost Gum Track"),
        (("Fremantle", "WA", "6160"), ("Ballarat", "VIC", "3350"), ("Alice Springs", "NT", "0870")),
        "+61 2 5550 {d}{d}{d}{d}",
    ),
}  # fmt: skip
"""Countries with material of their own; the others borrow Germany's."""

LONG_STREET = (
    "Große Straße zur Erprobung sehr langer Anschriften, Hinterhaus, Aufgang Ⅲ, 4. Obergeschoß links"
)
"""A street line longer than most warehouse systems allow."""

COMPANIES = ("Fenwick & Daughters Ltd", "Brückner GmbH & Co. KG", "Muster SARL", "架空商事株式会社")
"""Companies of business buyers."""


def address(rng: random.Random, code: str) -> JsonObject:
    """Draw a delivery address (``CustomerAddress`` in the Orders model) in the country ``code``."""
    country = COUNTRIES.get(code, COUNTRIES["DE"])
    city, state, postal_code = rng.choice(country.places)
    written = {
        "name": _name(rng, country),
        "addressLine1": rng.choice(country.streets).replace("{n}", str(rng.randint(1, 480))),
        "city": city,
        "stateOrRegion": state,
        "postalCode": postal_code,
        "countryCode": code,
        "phone": _digits(rng, country.phone),
        "addressType": "RESIDENTIAL",
    }
    return {member: value for member, value in written.items() if value}


def mail_address(rng: random.Random, domain: str) -> str:
    """Draw an anonymised buyer address in the form of Amazon's, under the reserved domain."""
    alias = "".join(rng.choices("bcdfghjklmnpqrstvwxyz0123456789", k=15))
    return f"{alias}@marketplace.{domain.removeprefix('www.')}.example"


def _name(rng: random.Random, country: Country) -> str:
    given, family = rng.choice(country.given), rng.choice(country.family)
    return f"{family} {given}" if country.family_first else f"{given} {family}"


def _digits(rng: random.Random, pattern: str) -> str:
    return "".join(str(rng.randint(0, 9)) if part == "d" else part for part in _parts(pattern))


def _parts(pattern: str) -> list[str]:
    return [part for part in pattern.replace("{d}", "\0d\0").split("\0") if part]
