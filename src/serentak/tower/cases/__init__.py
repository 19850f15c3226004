"""Cases of ethics, read one at a time by those for whom they were opened."""
