from __future__ import annotations

from artia_lab.corpora.debian_copyright import authors_of, file_stanzas, stanza_for

PAGE = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Bruits
Files-Excluded:
 rien
 .gitignore

Files: *
Copyright: 2016 Samuel <sam@example.org>
License: MIT

Files:
 sons/pluie.flac
 sons/a?.flac
Copyright: 2011-2013 Ada Lovelace <ada@example.org>
           2014, Bo
Source: http://example.org/1
License: CC0
 Given to all.
 .
 For ever.

Files: sons/[x].flac
Copyright: © 1999 kaligari
License: CC-BY-4.0

License: MIT
 Permission is hereby granted.
"""


def test_the_last_paragraph_that_matches_holds() -> None:
    stanzas = file_stanzas(PAGE)
    assert [stanza.licence for stanza in stanzas] == ["MIT", "CC0", "CC-BY-4.0"]
    licences = {
        file: stanza_for(file, stanzas).licence for file in ("sons/pluie.flac", "sons/ab.flac", "sons/[x].flac")
    }
    assert licences == {"sons/pluie.flac": "CC0", "sons/ab.flac": "CC0", "sons/[x].flac": "CC-BY-4.0"}
    assert stanza_for("sons/x.flac", stanzas).licence == "MIT"


def test_authors_have_neither_years_nor_addresses() -> None:
    named = [authors_of(stanza) for stanza in file_stanzas(PAGE)]
    assert named == ["Samuel", "Ada Lovelace, Bo", "kaligari"]


def test_a_name_that_begins_with_a_figure_is_kept() -> None:
    (stanza,) = file_stanzas("Files: a\nCopyright: 2012 19Eightyfour\nLicense: CC0")
    assert authors_of(stanza) == "19Eightyfour"


def test_an_empty_page_and_a_file_no_paragraph_names() -> None:
    assert file_stanzas("") == []
    assert stanza_for("a", []) is None
