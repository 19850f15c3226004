"""Addresses of the site itself."""

from __future__ import annotations

from django.urls import path

from serentak.tower.site import views

urlpatterns = [
    path("bantuan/", views.help_page, name="help"),
    path("sehat/", views.health, name="health"),
]
