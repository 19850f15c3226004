"""RFC 6962 tree as C2SP tiles: one process writes, witnesses cosign, anyone verifies offline."""
