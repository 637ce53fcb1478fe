"""The dependencies gate: what a change does to the supply chain, read as facts from manifests and locks."""
