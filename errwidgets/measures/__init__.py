"""Measures: numbers about predictions, from integer codes and float arrays alone.

Every function here is pure: arrays in, arrays out, nothing of the caller's changed. Classes are
codes ``0 … n_classes - 1``; what they are called is decided above this room. Rates carry an
interval, and every interval in a view is a closed form, so that the browser can give the same.
"""
