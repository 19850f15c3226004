"""Addresses about boxes."""

from __future__ import annotations

from django.urls import path

from serentak.tower.boxes import public, views

urlpatterns = [
    path("tps/<str:code>/", views.station, name="station"),
    path("kotak/<str:code>/", views.box, name="box"),
    path("kotak/<str:code>/bukti/", views.evidence, name="box_evidence"),
    path("tempat/<str:kabupaten>/<str:name>/", views.place, name="place"),
    path("belum-sampai/", views.not_arrived, name="not_arrived"),
    path("menyimpang/", views.deviations, name="deviations"),
    path("catatan/<int:log>/<int:index>/", views.entry, name="entry"),
    path("tps-saya/", public.my_stations, name="my_stations"),
    path("tps-saya/<str:code>/", public.my_station, name="my_station"),
    path("bukti/<str:code>/", public.proof, name="proof"),
]
