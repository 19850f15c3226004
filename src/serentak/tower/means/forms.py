"""What people fill in about funds and means."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from serentak.base.messages import N_, _
from serentak.territory.codes import CodeError
from serentak.territory.regions import UnknownRegionError, region
from serentak.tower.means.models import Means, Movement
from serentak.tower.means.money import schemes
from serentak.tower.oversight.forms import choices
from serentak.tower.site.later import later

RECIPIENTS = {"kpu": "KPU", "bawaslu": "Bawaslu", "polri": "Polri", "tni": "TNI"}
KINDS = {"vehicle": N_("vehicles"), "building": N_("buildings"), "people": N_("people"), "other": N_("other means")}
MOVEMENTS = {"addendum": N_("addendum"), "transfer": N_("transfer"), "refund": N_("refund")}
MOST_RUPIAH = 10**15


def day_field(words: str, *, required: bool = True) -> forms.DateField:
    """Give a field for a date."""
    return forms.DateField(label=later(words), required=required, widget=forms.DateInput(attrs={"type": "date"}))


def rupiah_field(words: str, least: int = 0) -> forms.IntegerField:
    """Give a field for whole rupiah."""
    return forms.IntegerField(label=later(words), min_value=least, max_value=MOST_RUPIAH)


class PlaceField(forms.CharField):
    """Code of a province, kabupaten or kota."""

    def clean(self, value: Any) -> str:
        """Read the code.

        Raises
        ------
        forms.ValidationError
            When there is no such region.
        """
        text = super().clean(value)
        try:
            return region(text).code
        except (CodeError, UnknownRegionError) as error:
            raise forms.ValidationError(f"{error.message}; {error.remedy}") from error


class GrantForm(forms.Form):
    """A grant agreement."""

    territory = PlaceField(label=later(N_("Province, kabupaten or kota")), max_length=8)
    recipient = forms.ChoiceField(label=later(N_("Recipient")), choices=list(RECIPIENTS.items()))
    name = forms.CharField(label=later(N_("Name of the recipient")), max_length=120)
    number = forms.CharField(label=later(N_("Number of the agreement (NPHD)")), max_length=80, required=False)
    rupiah = rupiah_field(N_("Amount in rupiah"), 1)
    scheme = forms.ChoiceField(label=later(N_("Paid as")))
    signed = day_field(N_("Signed on"))
    voting_day = day_field(N_("Voting day"))
    confirmed = day_field(N_("Elected pair proposed for confirmation on"), required=False)
    source = forms.CharField(label=later(N_("Source")), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = [(key, each.name) for key, each in schemes().items()]

    def clean(self) -> dict[str, Any]:
        """The agreement is signed before the vote.

        Raises
        ------
        forms.ValidationError
            When it is not.
        """
        data = super().clean() or {}
        if data.get("signed") and data.get("voting_day") and data["signed"] > data["voting_day"]:
            raise forms.ValidationError(_("The agreement is signed after voting day; check both dates."))
        return data


class MovementForm(forms.Form):
    """Money that moved, or an addendum."""

    kind = forms.ChoiceField(label=later(N_("What it is")), choices=choices(MOVEMENTS), initial=Movement.Kind.TRANSFER)
    day = day_field(N_("Day"))
    rupiah = forms.IntegerField(label=later(N_("Amount in rupiah")), min_value=-MOST_RUPIAH, max_value=MOST_RUPIAH)
    note = forms.CharField(label=later(N_("Note")), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Only an addendum may take away.

        Raises
        ------
        forms.ValidationError
            When something else does, or nothing moves.
        """
        data = super().clean() or {}
        rupiah = data.get("rupiah", 1)
        if rupiah == 0 or (rupiah < 0 and data.get("kind") != Movement.Kind.ADDENDUM):
            raise forms.ValidationError(_("Write more than zero; only an addendum may take away."))
        return data


class ClosingForm(forms.Form):
    """A month closed."""

    month = day_field(N_("Any day of the month"))
    spent = rupiah_field(N_("Spent since the beginning, verified (SPJ), rupiah"))
    physical = forms.IntegerField(label=later(N_("Physical realisation, percent")), min_value=0, max_value=100)
    target = forms.IntegerField(label=later(N_("Target, percent")), min_value=0, max_value=100)
    problem = forms.CharField(
        label=later(N_("Problem")), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    solution = forms.CharField(
        label=later(N_("Solution")), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class MeansForm(forms.ModelForm):
    """Means needed, promised, ready."""

    class Meta:  # noqa: D106 - Meta means the same everywhere
        model = Means
        fields = ("territory", "kind", "what", "where", "needed", "promised", "ready", "owner", "note")
        field_classes: ClassVar = {"territory": PlaceField}
        labels: ClassVar = {
            "territory": later(N_("Province, kabupaten or kota")),
            "kind": later(N_("Kind")),
            "what": later(N_("What")),
            "where": later(N_("Where it is needed")),
            "needed": later(N_("Needed")),
            "promised": later(N_("Promised")),
            "ready": later(N_("Ready")),
            "owner": later(N_("From whom")),
            "note": later(N_("Note")),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = choices(KINDS)

    def clean(self) -> dict[str, Any]:
        """What is ready was promised.

        Raises
        ------
        forms.ValidationError
            When more is ready than was promised.
        """
        data = super().clean() or {}
        if (data.get("ready") or 0) > (data.get("promised") or 0):
            raise forms.ValidationError(_("More is ready than was promised; raise what was promised."))
        return data
