"""PyVRP's iterated local search on one problem, from a given start or at random; what they share is made once."""

from __future__ import annotations

import warnings

from pyvrp import (
    IteratedLocalSearch,
    PenaltyManager,
    PenaltyParams,
    ProblemData,
    RandomNumberGenerator,
    Result,
    Solution,
)
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import OPERATORS, LocalSearch, PerturbationManager, compute_neighbours
from pyvrp.stop import NoImprovement


class Search:
    """Searches of one problem; every one begins with the same random numbers, so that none depends on the others.

    Parameters
    ----------
    penalty
        How dear it is to break a rule while searching.
    """

    def __init__(self, data: ProblemData, seed: int, penalty: PenaltyParams) -> None:
        self.data, self.seed, self.penalty = data, seed, penalty
        self.neighbours = compute_neighbours(data)
        self.operators = [operator for operator in OPERATORS if operator.supports(data)]
        self.middle = penalty.midpoint_penalties(data)

    def descended(self, start: Solution) -> Solution:
        """Give the local optimum below a start, as PyVRP itself does for a random start only.

        Until its history is full PyVRP accepts whatever is cheaper than its start; from a poor one it goes astray for
        hundreds of iterations, most of the patience.
        """
        found = self._optimum(start, self._local(RandomNumberGenerator(self.seed)))
        return start if start.is_feasible() and not found.is_feasible() else found

    def improved(self, first: Solution, patience: int) -> Result:
        """Search from a solution until `patience` iterations in a row found nothing better."""
        return self._run(first, self._local(RandomNumberGenerator(self.seed)), patience)

    def from_random(self, patience: int) -> Result:
        """Search from the local optimum below a random solution."""
        numbers = RandomNumberGenerator(self.seed)
        local = self._local(numbers)
        first = self._optimum(Solution.make_random(self.data, numbers), local)
        return self._run(first, local, patience)

    def _run(self, first: Solution, local: LocalSearch, patience: int) -> Result:
        with warnings.catch_warnings():
            # Where not all can be served the penalties do reach their limit; the caller says so in its own words.
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            search = IteratedLocalSearch(self.data, self._penalties(), local, first)
            return search.run(NoImprovement(patience), collect_stats=False, display=False)

    def _optimum(self, start: Solution, local: LocalSearch) -> Solution:
        return local(start, self._penalties().max_cost_evaluator(), exhaustive=True)

    def _local(self, numbers: RandomNumberGenerator) -> LocalSearch:
        search = LocalSearch(self.data, numbers, self.neighbours, PerturbationManager())
        for operator in self.operators:
            search.add_operator(operator(self.data))
        return search

    def _penalties(self) -> PenaltyManager:
        return PenaltyManager(self.middle, self.penalty)
