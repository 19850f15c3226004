"""Addresses of cases."""

from __future__ import annotations

from django.urls import path

from serentak.tower.cases import views

urlpatterns = [
    path("perkara/", views.cases, name="cases"),
    path("perkara/baru/", views.new_case, name="new_case"),
    path("perkara/<int:pk>/", views.case, name="case"),
]
