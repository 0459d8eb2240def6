"""The version of iwflab, as releases, hashes and reports carry it."""

VERSION = "0.1.0"
