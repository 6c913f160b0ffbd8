"""From the hub to the vault: what is verified, what is refused, what is withdrawn."""
