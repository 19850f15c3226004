"""Pages of cases, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from serentak.base.errors import Refused
from serentak.base.messages import N_, _
from serentak.tower.access.guard import access
from serentak.tower.access.models import Assignment, User
from serentak.tower.cases.models import Case
from serentak.tower.cases.services import go_on, open_case, readable
from serentak.tower.oversight.forms import TerritoryField, choices
from serentak.tower.oversight.models import Finding
from serentak.tower.site.later import later

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

STATES = {"received": N_("received"), "verified": N_("verified"), "heard": N_("heard"), "decided": N_("decided")}


class ReadersField(forms.CharField):
    """Names of accounts that may read cases, with commas."""

    def clean(self, value: Any) -> Any:
        """Find the accounts.

        Raises
        ------
        forms.ValidationError
            When one is not there, or its post reads no cases.
        """
        names = [name.strip() for name in str(super().clean(value)).split(",") if name.strip()]
        sits = Assignment.objects.filter(Assignment.in_force(), post__agency="dkpp").values("user")
        found = {user.username: user for user in User.objects.filter(username__in=names, pk__in=sits)}
        missing = [name for name in names if name not in found]
        if missing:
            raise forms.ValidationError(_("{name} has no post that reads cases").format(name=missing[0]))
        return [found[name] for name in names]


class FindingsField(forms.CharField):
    """Numbers of findings, with commas."""

    def clean(self, value: Any) -> Any:
        """Find them.

        Raises
        ------
        forms.ValidationError
            When one is not there.
        """
        numbers = [part.strip() for part in str(super().clean(value)).split(",") if part.strip()]
        found = {each.number: each for each in Finding.objects.filter(number__in=numbers)}
        missing = [each for each in numbers if each not in found]
        if missing:
            raise forms.ValidationError(_("there is no finding {number}").format(number=missing[0]))
        return [found[each] for each in numbers]


class CaseForm(forms.Form):
    """A new case."""

    number = forms.CharField(label=later(N_("Number")), max_length=60)
    title = forms.CharField(label=later(N_("Title")), max_length=160)
    territory = TerritoryField(label=later(N_("Region or station")), max_length=17)
    findings = FindingsField(
        label=later(N_("Findings it is about")),
        required=False,
        help_text=later(N_("Numbers with commas; may be empty.")),
    )
    readers = ReadersField(
        label=later(N_("Who may read it")), required=False, help_text=later(N_("Names of accounts, with commas."))
    )


class OnForm(forms.Form):
    """How it goes on."""

    state = forms.ChoiceField(label=later(N_("State")), choices=choices(STATES))
    decision = forms.CharField(
        label=later(N_("Decision")), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    readers = ReadersField(
        label=later(N_("Who may read it")), required=False, help_text=later(N_("Names of accounts, with commas."))
    )


@require_GET
@access("cases.read")
def cases(request: HttpRequest) -> HttpResponse:
    """List the cases that were opened for whoever asks."""
    rows = [(row, _(STATES[row.state])) for row in readable(request.user)[:200]]
    return render(request, "cases/cases.html", {"rows": rows, "may_open": request.actor.ever("cases.write")})


@require_http_methods(["GET", "POST"])
@access("cases.write")
def new_case(request: HttpRequest) -> HttpResponse:
    """Open a case for reading."""
    form = CaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if Case.objects.filter(number=form.cleaned_data["number"]).exists():
            form.add_error("number", _("There is a case of this number."))
        else:
            return redirect("case", pk=open_case(request.user, **form.cleaned_data).pk)
    return render(request, "cases/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access("cases.read")
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case to those for whom it was opened; for all others it does not exist."""
    here = get_object_or_404(readable(request.user), pk=pk)
    own = here.opened_by_id == request.user.pk
    names = ", ".join(here.readers.values_list("username", flat=True))
    begin = {"state": here.state, "decision": here.decision, "readers": names}
    form = OnForm(request.POST or None, initial=begin) if own else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            go_on(pk, request.user, **form.cleaned_data)
            return redirect("case", pk=pk)
        except Refused as error:
            form.add_error(None, str(error))
    context = {"here": here, "state": _(STATES[here.state]), "form": form, "findings": _with_entries(here)}
    status = 403 if request.method == "POST" and form is None else 422 if form is not None and form.errors else 200
    return render(request, "cases/case.html", context, status=status)


def _with_entries(here: Case) -> list[tuple[Finding, list[Any]]]:
    return [(finding, list(finding.entries.all())) for finding in here.findings.prefetch_related("entries")]
