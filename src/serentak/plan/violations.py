"""What a check can find: one record a broken rule, with the figures that prove it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from serentak.base.clock import format_moment
from serentak.base.messages import _


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that the plan breaks.

    Parameters
    ----------
    rule
        Short name of the rule, stable for programs.
    where
        Run, stage, station or total at fault.
    message
        What is wrong, in the language chosen, with the figures.
    """

    rule: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.rule}]"

    def as_dict(self) -> dict[str, str]:
        """Give the violation as plain data for ``--json``."""
        return asdict(self)


class Findings:
    """Collects violations while a plan is checked."""

    def __init__(self) -> None:
        self.found: list[Violation] = []

    def say(self, rule: str, where: str, message: str) -> None:
        """Note a violation."""
        self.found.append(Violation(rule, where, message))

    def differs(self, rule: str, where: str, what: str, planned: object, true: object) -> None:
        """Note a figure that is not what it must be."""
        if planned != true:
            message = _("{what} is {planned}, but must be {true}")
            self.say(rule, where, message.format(what=what, planned=planned, true=true))

    def before(self, rule: str, where: str, what: str, moment: int, earliest: int) -> None:
        """Note a moment that comes too early."""
        if moment < earliest:
            message = _("{what} at {moment} is before {limit}")
            self.say(rule, where, message.format(what=what, moment=exact(moment), limit=exact(earliest)))

    def after(self, rule: str, where: str, what: str, moment: int, latest: int) -> None:
        """Note a moment that comes too late."""
        if moment > latest:
            message = _("{what} at {moment} is after {limit}")
            self.say(rule, where, message.format(what=what, moment=exact(moment), limit=exact(latest)))


def exact(moment: int) -> str:
    """Write a moment with its second, so that one second too late can be seen."""
    return format_moment(moment)
