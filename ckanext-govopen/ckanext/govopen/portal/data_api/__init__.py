"""The data service: /api/v1 over releases, a small Flask application that imports no ckan."""
