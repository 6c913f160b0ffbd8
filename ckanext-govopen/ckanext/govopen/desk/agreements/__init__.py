"""Licensees: agreements, grants of columns and rows, keys."""
