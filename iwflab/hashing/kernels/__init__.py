"""Compiled inner loops.  Nobody imports these modules at start-up: they need numba."""
