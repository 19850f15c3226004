"""What people fill in for the register."""

from __future__ import annotations

from typing import Any

from django import forms

from serentak.base.messages import N_, _
from serentak.territory.codes import CodeError, level, parse_station
from serentak.tower.access.territory import NATION
from serentak.tower.oversight.models import Entry, Finding
from serentak.tower.site.later import later

STAGES = {
    "voters": N_("voter data"),
    "campaign": N_("campaign"),
    "logistics": N_("logistics"),
    "voting": N_("voting and counting"),
    "recapitulation": N_("recapitulation"),
}
STATES = {
    "open": N_("open"),
    "recommended": N_("recommendation given"),
    "answered": N_("answered by the organiser"),
    "settled": N_("settled"),
}
KINDS = {
    "finding": N_("Finding"),
    "evidence": N_("Evidence"),
    "recommendation": N_("Recommendation"),
    "answer": N_("Answer of the organiser"),
    "closing": N_("Closing"),
}
DECISIONS = {"followed": N_("followed"), "partly": N_("followed in part"), "not": N_("not followed")}


def choices(words: dict[str, str]) -> list[tuple[str, Any]]:
    """Give the choices of a field, said later."""
    return [(key, later(text)) for key, text in words.items()]


class TerritoryField(forms.CharField):
    """Code of a region or station."""

    def clean(self, value: Any) -> str:
        """Read the code as people write it.

        Raises
        ------
        forms.ValidationError
            When it is none.
        """
        text = super().clean(value)
        if text == NATION:
            return text
        try:
            if "-" in text:
                village, number = parse_station(text)
                return f"{village}-{number:03d}"
            level(text)
        except CodeError as error:
            raise forms.ValidationError(f"{error.message}; {error.remedy}") from error
        return text


class LogEntriesField(forms.CharField):
    """Numbers of entries of the log, with commas."""

    def clean(self, value: Any) -> Any:
        """Read the numbers.

        Raises
        ------
        forms.ValidationError
            When one is none.
        """
        text = super().clean(value)
        parts = [part.strip() for part in str(text).split(",") if part.strip()]
        wrong = [part for part in parts if not part.isascii() or not part.isdigit() or len(part) > 12]
        if wrong:
            raise forms.ValidationError(_("{value} is no number of an entry").format(value=wrong[0]))
        return [int(part) for part in parts]


class FindingForm(forms.Form):
    """A new finding."""

    territory = TerritoryField(
        label=later(N_("Region or station")), max_length=17, help_text=later(N_("As 14.01.06 or 14.01.06.2003-007."))
    )
    stage = forms.ChoiceField(
        label=later(N_("Part of the election")), choices=choices(STAGES), initial=Finding.Stage.LOGISTICS
    )
    title = forms.CharField(label=later(N_("Title")), max_length=160)
    text = forms.CharField(
        label=later(N_("What was found")),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=later(N_("What, where, when. No names of people who reported it.")),
    )
    entries = LogEntriesField(
        label=later(N_("Entries of the log")), required=False, help_text=later(N_("Numbers with commas; may be empty."))
    )


class EntryForm(forms.Form):
    """Something to add to a finding."""

    kind = forms.ChoiceField(label=later(N_("What is added")))
    text = forms.CharField(label=later(N_("Text")), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    decision = forms.ChoiceField(
        label=later(N_("The recommendation is")),
        choices=[("", "–"), *choices(DECISIONS)],
        required=False,
        help_text=later(N_("Only for an answer.")),
    )
    due = forms.DateTimeField(
        label=later(N_("Answer asked for by")),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=later(N_("Only for a recommendation; local time of Jakarta (WIB).")),
    )
    entries = LogEntriesField(label=later(N_("Entries of the log")), required=False)
    file = forms.FileField(label=later(N_("File")), required=False, help_text=later(N_("At most 10 MB.")))

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, later(KINDS[kind])) for kind in kinds]

    def clean(self) -> dict[str, Any]:
        """An answer says what is done with the recommendation.

        Raises
        ------
        forms.ValidationError
            When it does not.
        """
        data = super().clean() or {}
        if data.get("kind") == Entry.Kind.ANSWER and not data.get("decision"):
            raise forms.ValidationError(_("Say whether the recommendation is followed."))
        if data.get("kind") != Entry.Kind.ANSWER:
            data["decision"] = ""
        return data
