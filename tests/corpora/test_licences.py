from __future__ import annotations

import pytest

from artia_lab.corpora.licences import spdx
from artia_lab.errors import CorpusError


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("CC0-1.0", "CC0-1.0"),
        ("  cc-by-sa-4.0 ", "CC-BY-SA-4.0"),
        ("MIT or CC0-1.0", "MIT OR CC0-1.0"),
        ("LicenseRef-all-rights-reserved", "LicenseRef-all-rights-reserved"),
        ("CC0-1.0 AND LicenseRef-public-domain", "CC0-1.0 AND LicenseRef-public-domain"),
        ("", ""),
    ],
)
def test_a_licence_is_written_the_way_spdx_writes_it(given: str, written: str) -> None:
    assert spdx(given) == written


@pytest.mark.parametrize(
    "given", ["CC BY 4.0", "free", "MIT AND", "AND", "(MIT", "MIT)", "LicenseRef-", "Ma licence à moi", "NONE"]
)
def test_what_is_not_spdx_is_refused(given: str) -> None:
    with pytest.raises(CorpusError, match="is not an SPDX licence"):
        spdx(given)


def test_the_refusal_names_the_nearest_licence() -> None:
    with pytest.raises(CorpusError, match=r"CC-BY-4\.0"):
        spdx("CC BY 4.0")
