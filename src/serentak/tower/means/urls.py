"""Addresses about funds and means."""

from __future__ import annotations

from django.urls import path

from serentak.tower.means import views

urlpatterns = [
    path("dana-sarana/", views.means, name="means"),
    path("dana-sarana/hibah/baru/", views.new_grant, name="new_grant"),
    path("dana-sarana/hibah/<int:pk>/", views.grant, name="grant"),
    path("dana-sarana/hibah/<int:pk>/angsuran.<table:kind>", views.instalments_table, name="instalments_table"),
    path("dana-sarana/sarana/baru/", views.new_means, name="new_means"),
    path("dana-sarana/sarana/<int:pk>/", views.edit_means, name="edit_means"),
]
