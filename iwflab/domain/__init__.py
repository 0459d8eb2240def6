"""Nouns and rules: frozen dataclasses and pure functions.

The domain is told, never asks: time, bytes, thresholds and names come in as
arguments.  It knows no disk, no clock and no third-party library.
"""
