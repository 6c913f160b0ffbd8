"""GovOpen: an open public-data publishing platform for governments."""
