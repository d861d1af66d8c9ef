"""Measures: counts, rates and their intervals, as pure functions of codes."""
