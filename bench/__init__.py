"""Measurements against hand-written SQL: only ratios within one run count."""
