"""What police, army and Linmas fill in."""

from __future__ import annotations

from typing import Any

from django import forms

from serentak.base.messages import N_, _
from serentak.territory.codes import CodeError, parse_kabupaten
from serentak.tower.oversight.forms import choices
from serentak.tower.site.later import later

REPORTS = {
    "left": N_("has left"),
    "passed": N_("passed a place"),
    "held-up": N_("held up"),
    "incident": N_("incident"),
    "arrived": N_("has arrived"),
}
CLASSES = {
    "kurang rawan": N_("little prone"),
    "rawan": N_("prone"),
    "sangat rawan": N_("very prone"),
    "khusus": N_("special"),
}


class KabupatenField(forms.CharField):
    """Code of a kabupaten or kota."""

    def __init__(self) -> None:
        super().__init__(label=later(N_("Kabupaten or kota")), max_length=5, help_text=later(N_("As 14.01.")))

    def clean(self, value: Any) -> str:
        """Read the code.

        Raises
        ------
        forms.ValidationError
            When it is none.
        """
        try:
            return parse_kabupaten(super().clean(value))
        except CodeError as error:
            raise forms.ValidationError(f"{error.message}; {error.remedy}") from error


class DutyForm(forms.Form):
    """Who serves as escort or guard."""

    kabupaten = KabupatenField()
    unit = forms.CharField(
        label=later(N_("Escort or place, as the plan names it")),
        max_length=40,
        help_text=later(N_("As polri#1 or PPK-14.01.06.")),
    )
    people = forms.IntegerField(label=later(N_("How many people")), min_value=1, max_value=500)
    leader = forms.CharField(
        label=later(N_("Who leads")), max_length=80, required=False, help_text=later(N_("Kept encrypted."))
    )
    phone = forms.CharField(
        label=later(N_("Telephone")), max_length=30, required=False, help_text=later(N_("Kept encrypted."))
    )
    since = forms.DateTimeField(label=later(N_("From")), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    until = forms.DateTimeField(label=later(N_("Until")), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))

    def clean(self) -> dict[str, Any]:
        """A duty ends after it begins.

        Raises
        ------
        forms.ValidationError
            When it does not.
        """
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] <= data["since"]:
            raise forms.ValidationError(_("The duty ends before it begins; check both times."))
        return data


class ReportForm(forms.Form):
    """A word from the road."""

    kabupaten = KabupatenField()
    vehicle = forms.CharField(label=later(N_("Vehicle, as the plan names it")), max_length=40)
    kind = forms.ChoiceField(label=later(N_("What")), choices=choices(REPORTS))
    text = forms.CharField(label=later(N_("Where and what")), max_length=500, required=False)


class PatternForm(forms.Form):
    """A pattern of guarding: police, stations, Linmas."""

    kabupaten = KabupatenField()
    police_class = forms.ChoiceField(label=later(N_("Class of the stations")), choices=choices(CLASSES))
    police = forms.IntegerField(label=later(N_("Police")), min_value=0, max_value=100)
    stations = forms.IntegerField(label=later(N_("for so many stations")), min_value=1, max_value=100)
    linmas = forms.IntegerField(label="Linmas", min_value=0, max_value=200)


class StrengthForm(forms.Form):
    """How many can be sent out."""

    kabupaten = KabupatenField()
    deployable = forms.IntegerField(
        label=later(N_("How many people can be sent out")), min_value=0, max_value=1_000_000
    )
    source = forms.CharField(label=later(N_("Source")), max_length=300, required=False)
