"""The open side: projection, access, data service, DataStore contract, search, pages."""
