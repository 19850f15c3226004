"""The precheck of a whole district: what arithmetic alone proves impossible, before anything is planned."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from serentak.kit.kits import build_kits
from serentak.kit.rules import load_rules
from serentak.plan.model import Direction
from serentak.plan.reasons import in_words, remedy
from serentak.plan.stages import build_stages
from serentak.routing import precheck
from serentak.routing.chain import single_kits
from serentak.routing.district import start_goods
from serentak.routing.problem import make_problem
from serentak.territory.model import District
from serentak.travel import CrowFlight, Travel


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that no plan can do, with the smallest change that would help.

    Parameters
    ----------
    stage
        Stage it concerns.
    subjects
        Stations or places that cannot be served; empty when the stage as a whole lacks hours.
    reason
        Code of the reason.
    message, remedy
        The arithmetic and the smallest relaxation, in the language chosen.
    """

    stage: str
    subjects: tuple[str, ...]
    reason: str
    message: str
    remedy: str

    def __str__(self) -> str:
        subjects = f" {', '.join(self.subjects[:5])}{' …' if len(self.subjects) > 5 else ''}" if self.subjects else ""
        return f"{self.stage}{subjects}: {self.message}; {self.remedy}"

    def as_dict(self) -> dict[str, object]:
        """Give the proof as plain data for ``--json``."""
        return asdict(self)


def precheck_district(district: District, travel: Travel | None = None) -> list[Proof]:
    """Prove what cannot be done in a district, as if all goods were always there in time.

    Each stage is looked at by itself and with every vehicle free, so whatever is listed is impossible in any plan;
    what is not listed may still turn out to be.
    """
    rules = load_rules(district.rules, district.rule_overrides)
    kits = build_kits(district, rules)
    ways = travel or CrowFlight(district.terrain)
    single, goods = single_kits(district, kits), start_goods(district, kits)
    directions: tuple[Direction, ...] = ("out", "back")
    proofs: list[Proof] = []
    for direction in directions:
        for spec in build_stages(district, kits, rules, ways, direction):
            problem = make_problem(spec, ways, goods, {}, single)
            found: dict[tuple[str, str, str], list[str]] = {}
            for task, why in precheck.impossible(problem).items():
                said = (why.reason, in_words(why.reason, why.figures), remedy(why.reason, why.figures))
                found.setdefault(said, []).append(problem.child(task).id)
            proofs.extend(Proof(spec.id, tuple(who), *said) for said, who in found.items())
            short = precheck.shortage(problem)
            if short is not None:
                said = (
                    short.reason,
                    in_words("hours_short", short.figures),
                    remedy("hours_short", short.figures),
                )
                proofs.append(Proof(spec.id, (), *said))
    return proofs
