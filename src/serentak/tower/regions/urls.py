"""Addresses of the tree."""

from __future__ import annotations

from django.urls import path

from serentak.tower.regions import views

urlpatterns = [
    path("", views.home, name="home"),
    path("wilayah/<str:code>/", views.region, name="region"),
    path("ringan/", views.light, name="light_home"),
    path("ringan/<str:code>/", views.light, name="light"),
    path("cari/", views.find, name="search"),
]
