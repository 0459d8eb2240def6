"""Cells that no spreadsheet takes for a formula.

The set of dangerous first characters is OWASP's for CSV injection (= + - @, tab,
carriage return, line feed), with the full-width forms that some programs fold.
Programs skip spaces and what cannot be seen before they look, and so does this.
"""

import unicodedata

_DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width forms
_SKIPPED = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def safe_cell(text: str) -> str:
    """Prefix a text with an apostrophe where a spreadsheet would compute it."""
    return f"'{text}" if _is_dangerous(text) else text


def plain_cell(text: str) -> str:
    """Give back the text that :func:`safe_cell` was given."""
    return text[1:] if text[:1] == "'" and safe_cell(text[1:]) != text[1:] else text


def _is_dangerous(text: str) -> bool:
    for sign in text:
        if sign in _DANGEROUS:
            return True
        if unicodedata.category(sign) not in _SKIPPED:
            return False
    return False
