"""The public pages and what they are drawn from."""
