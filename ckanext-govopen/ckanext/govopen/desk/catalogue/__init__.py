"""Working entries: what departments registered, and how it stands."""
