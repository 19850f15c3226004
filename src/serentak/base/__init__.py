"""What every room needs: errors, units, the clock of an election, tables, messages."""
