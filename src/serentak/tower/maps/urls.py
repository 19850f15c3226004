"""Addresses of maps."""

from __future__ import annotations

from django.urls import path

from serentak.tower.maps import views

urlpatterns = [
    path("wilayah/<str:code>/peta/", views.map_page, name="map"),
    path("wilayah/<str:code>/titik.geojson", views.points, name="map_points"),
    path("wilayah/<str:code>/perjalanan.geojson", views.journeys, name="map_journeys"),
]
