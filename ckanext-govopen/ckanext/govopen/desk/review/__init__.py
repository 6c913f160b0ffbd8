"""Requests for opening: their steps, their officers, their deadlines."""
