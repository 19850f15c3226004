"""Plans, guards and proves the delivery of every ballot box in a simultaneous regional election.

The rooms, lowest first: `base`, `territory`, `travel` and `kit`, `plan`, `routing`, `formats`, `operations`, `cli`.
Each imports only from the rooms below it.
"""

__version__ = "0.1.0"
