"""Commands that `serentak serve` runs."""
