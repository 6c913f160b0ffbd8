"""Where raw tables lie sealed; only workers import this package."""
