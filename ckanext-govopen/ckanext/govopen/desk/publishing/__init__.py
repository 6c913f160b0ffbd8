"""From an approved request to a bundle; closing what must not be open."""
