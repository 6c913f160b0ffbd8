"""GovOpen."""
