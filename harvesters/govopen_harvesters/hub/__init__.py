"""The exchange hub's protocol and the clients that speak it."""
