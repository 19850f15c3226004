"""Addresses of the interface and of its keys."""

from __future__ import annotations

from django.urls import include, path, re_path

from serentak.tower.api import table_views, views
from serentak.tower.api.api import api
from serentak.tower.api.guard import declare

urlpatterns = [
    path("api/v1/docs", views.docs, name="api_docs"),
    path("api/v1/", include((declare(api), "ninja"), namespace="api")),
    re_path(r"^api/", views.nothing, name="api_nothing"),
    *table_views.urlpatterns,
    path("akun/kunci/", views.keys, name="system_keys"),
    path("akun/kunci.<table:kind>", views.keys_table, name="system_keys_table"),
    path("akun/kunci/<int:pk>/cabut/", views.revoke, name="revoke_system_key"),
]
