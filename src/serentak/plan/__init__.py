"""What a plan is and whether it holds: the records, the stages, the check, the explanation. Never a solver."""
