"""How much CO2e a kilowatt-hour carries in a region, from the tables that codecarbon ships.

The tables are read as files: importing codecarbon runs other programs to look for GPUs, binds a socket to
see whether the machine has IPv6 and takes 0.2 s, for figures that stand in four small JSON files.
"""

from __future__ import annotations

import importlib.util
import json
import unicodedata
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

# codecarbon's figures for Canadian provinces: grams of CO2e per kilowatt-hour made from each fuel.
GRAMS_BY_FUEL = {"coal": 995.725971, "petroleum": 816.6885263, "naturalGas": 743.8415916}
GRAMS_PER_KWH_FROM_POUNDS_PER_MWH = 0.45359237


@lru_cache(maxsize=16)
def intensity(region: str) -> tuple[float | None, str]:
    """Look a region up in codecarbon's tables.

    Parameters
    ----------
    region : str
        ISO 3166 alpha-3 country, and after a slash a Canadian province, a state of the USA or a Nordic
        price zone: ``"CAN/quebec"``, ``"USA/california"``, ``"NOR/NO1"``, ``"FRA"``. Case and accents
        do not matter.

    Returns
    -------
    tuple of (float or None, str)
        Grams of CO2e per kilowatt-hour, and where the figure comes from; None, and why, when there is none.
    """
    country, _slash, place = _plain(region).partition("/")
    try:
        grams = _place(country.strip(), place.strip()) if place.strip() else _country(country.strip())
        source = f"codecarbon {metadata.version('codecarbon')}, its offline tables: {grams:.4g} g/kWh"
    except (LookupError, TypeError):
        return None, f"unavailable: codecarbon's tables have no figure for “{region}”"
    except (OSError, ValueError) as error:
        return None, f"unavailable: codecarbon's tables cannot be read ({type(error).__name__})"
    return grams, source


def tables() -> Path:
    """Give the folder of codecarbon's tables, without importing it.

    Returns
    -------
    Path
        Its ``data`` folder.

    Raises
    ------
    FileNotFoundError
        If codecarbon is not installed.
    """
    spec = importlib.util.find_spec("codecarbon")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("codecarbon")
    return Path(spec.origin).parent / "data"


def _country(code: str) -> float:
    return float(_table("global_energy_mix.json")[code.upper()]["carbon_intensity"])


def _place(country: str, place: str) -> float:
    if country == "can":
        mix = _table("canada_energy_mix.json")[place]
        return sum(mix[fuel] / mix["total"] * grams for fuel, grams in GRAMS_BY_FUEL.items())
    if country == "usa":
        return float(_table("usa_emissions.json")[place]["emissions"]) * GRAMS_PER_KWH_FROM_POUNDS_PER_MWH
    if country in ("swe", "nor", "fin") and place[:2] in ("se", "no", "fi"):
        return float(_table("nordic_emissions.json")["data"][place.upper()]["emission_factor"])
    raise KeyError(place)


def _table(name: str) -> dict[str, Any]:
    newest = sorted((tables() / "private_infra").rglob(name))[-1]
    content: dict[str, Any] = json.loads(newest.read_text(encoding="utf-8"))
    return content


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()
