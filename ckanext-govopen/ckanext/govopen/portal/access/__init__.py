"""Access: one decision, asked by every door of the open side. Imports no ckan."""
