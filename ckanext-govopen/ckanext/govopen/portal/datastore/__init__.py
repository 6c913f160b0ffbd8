"""CKAN's DataStore contract for reading, as a thin client of the data service."""
