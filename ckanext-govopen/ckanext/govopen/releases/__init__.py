"""What both sides share: canonical JSON, manifests, parts, store, bundles, signatures, renditions."""
