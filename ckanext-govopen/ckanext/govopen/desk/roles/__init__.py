"""Who may act in which step, for which organisation, until when."""
