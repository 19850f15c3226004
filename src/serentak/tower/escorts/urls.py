"""Addresses about escorts and guards."""

from __future__ import annotations

from django.urls import path

from serentak.tower.escorts import views

urlpatterns = [
    path("pengawalan/", views.escorts, name="escorts"),
    path("pengawalan/petugas/", views.new_duty, name="new_duty"),
    path("pengawalan/lapor/", views.new_report, name="new_report"),
    path("pengawalan/pola/", views.set_pattern, name="set_pattern"),
    path("pengawalan/kekuatan/", views.set_strength, name="set_strength"),
]
