"""How many ballots a station receives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serentak.kit.rules import Rules


def reserve(voters: int, rules: Rules) -> int:
    """Give the reserve ballots of one station and one election.

    The reserve is rounded up at each station, in whole numbers: a district's total times 1.025 is too small.

    Parameters
    ----------
    voters
        Voters on the station's list.
    rules
        Rule pack, for the reserve in ballots per 1,000 voters.
    """
    return -(-voters * rules["reserve_permille"] // 1000)


def ballots(voters: int, rules: Rules) -> int:
    """Give the ballots of one station and one election: a ballot a voter, and the reserve."""
    return voters + reserve(voters, rules)
