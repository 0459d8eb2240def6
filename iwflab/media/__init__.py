"""Originals: read once, kept under their SHA-256, decoded behind walls.

``reading`` takes bytes in, ``evidence`` and ``previews`` keep them, ``decoding`` runs
inside the worker that ``pool`` starts and ``sandbox`` locks down.
"""
