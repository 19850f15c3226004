"""Addresses about accounts."""

from __future__ import annotations

from django.urls import path

from serentak.tower.access import views

urlpatterns = [path("saya/", views.me, name="me")]
