"""Addresses of the register."""

from __future__ import annotations

from django.urls import path

from serentak.tower.oversight import views

urlpatterns = [
    path("temuan/", views.findings, name="findings"),
    path("temuan/baru/", views.new_finding, name="new_finding"),
    path("temuan/<int:pk>/", views.finding, name="finding"),
    path("temuan/<int:pk>/bukti/<int:entry>/", views.evidence, name="finding_evidence"),
]
