"""Cells that no spreadsheet takes for a formula.

The set of dangerous first characters is OWASP's for CSV injection (= + - @, tab,
carriage return, line feed), with the full-width forms that some programs fold.
"""

_DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width forms


def safe_cell(text: str) -> str:
    """Prefix a text with an apostrophe where a spreadsheet would compute it."""
    bare = text.lstrip(" \N{NO-BREAK SPACE}")
    return f"'{text}" if bare[:1] in _DANGEROUS and bare else text


def plain_cell(text: str) -> str:
    """Give back the text that :func:`safe_cell` was given."""
    return text[1:] if text[:1] == "'" and safe_cell(text[1:]) != text[1:] else text
