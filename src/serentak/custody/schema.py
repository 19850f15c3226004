"""The format of events as one document, made of the same tables that read them."""

from __future__ import annotations

from typing import Any, Final

from serentak.custody.fields import BY_NAME, FIELDS, REMARKS
from serentak.custody.findings import CODES
from serentak.custody.kinds import ALWAYS, ENROLS, HEADER, KINDS, PARTIES, ROLES, RULES, Kind

_WORDS: Final = """\
entry = { 0 => bstr .cbor event, 1 => [1*8 [key-id, signature: bstr .size 64]] }
key-id = bstr .size 8
hash = bstr .size 32
instant = 0..140737488355328            ; milliseconds since the epoch
lon = -1800000000..1800000000           ; degrees x 10^7, WGS84
lat = -900000000..900000000
name = tstr .regexp "[!-~]([ -~]{0,38}[!-~])?"
letter = tstr .regexp "[A-Z]"
group = [owner: tstr, letters: tstr .regexp "[A-Z]{1,8}", ? round: 2..99]
seal = [object: 0..65535, series: name, first: uint, last: uint]
remark = [code: 1..9, ? object: 0..65535]
load = [step: 1..1048576, giver: name, receiver: name, place: name, earliest: instant, deadline: instant,
        direction: 0..1, vehicle: name / "", escort: name / "", groups: [+ group]]
"""


def event_schema() -> dict[str, Any]:
    """Give fields, kinds, signers, roles and findings of custody, and the CDDL (RFC 8610) of an entry."""
    return {
        "rules": RULES,
        "fields": [
            {"key": each.key, "name": each.name, "shape": each.shape, "meaning": each.meaning} for each in FIELDS
        ],
        "header": list(HEADER),
        "always": list(ALWAYS),
        "kinds": [
            {
                "code": int(rule.kind),
                "kind": rule.kind.name.lower(),
                "signers": list(rule.signers),
                "required": list(rule.required),
                "optional": list(rule.optional),
                "meaning": rule.meaning,
            }
            for rule in KINDS.values()
        ],
        "parties": PARTIES,
        "roles": {role: list(ENROLS.get(role, ())) for role in ROLES},
        "remarks": {str(code): words for code, words in REMARKS.items()},
        "findings": {code: {"severity": each.severity, "message": each.words} for code, each in CODES.items()},
        "cddl": cddl(),
    }


def cddl() -> str:
    """Give the CDDL of an entry of a custody log."""
    kinds = [rule.kind.name.lower().replace("_", "-") for rule in KINDS.values()]
    lines = [_WORDS.rstrip(), "", "event = " + " / ".join(kinds)]
    header = [each for each in HEADER if each != "kind"]
    lines.append("header = (" + ", ".join(_member(name) for name in header) + ")")
    lines.append("always = (" + ", ".join("? " + _member(name) for name in ALWAYS) + ")")
    for name, rule in zip(kinds, KINDS.values(), strict=True):
        members = [f"1 => {int(rule.kind)}"] if rule.kind is Kind.GENESIS else [f"1 => {int(rule.kind)}", "header"]
        for each in rule.required:
            if "/" in each:
                members.append("(" + " // ".join(_member(one) for one in each.split("/")) + ")")
            elif each != "kind":
                members.append(_member(each))
        members += ["? " + _member(each) for each in rule.optional]
        members += [] if rule.kind is Kind.GENESIS else ["always"]
        lines.append(f"{name} = {{ {', '.join(members)} }}")
    return "\n".join(lines) + "\n"


def _member(name: str) -> str:
    field = BY_NAME[name]
    shape = f"({field.shape})" if " / " in field.shape else field.shape
    return f"{field.key} => {shape}"
