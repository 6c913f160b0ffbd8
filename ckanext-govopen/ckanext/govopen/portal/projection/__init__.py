"""From signed bundles to what the portal shows."""
