"""Widgets: a runtime per kernel, a store per evaluation, thin views."""
