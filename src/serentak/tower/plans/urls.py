"""Addresses of districts and plans."""

from __future__ import annotations

from django.urls import path

from serentak.tower.plans import compare_views, plan_views, views

urlpatterns = [
    path("daerah/", views.districts, name="districts"),
    path("daerah.<table:kind>", views.imports_table, name="imports_table"),
    path("daerah/unggah/", views.upload, name="upload"),
    path("daerah/<int:pk>/", views.import_page, name="import"),
    path("daerah/<int:pk>/masalah.<table:kind>", views.problems_table, name="problems_table"),
    path("daerah/<int:pk>/terima/", views.accept, name="accept"),
    path("daerah/<int:pk>/buang/", views.discard, name="discard"),
    path("daerah/<int:pk>/susun/", plan_views.make, name="make_plan"),
    path("pekerjaan/<int:pk>/", views.job_page, name="job"),
    path("pekerjaan/<int:pk>/ulangi/", views.job_again, name="job_again"),
    path("rencana/", plan_views.plans, name="plans"),
    path("rencana/<int:pk>/", plan_views.plan_page, name="plan"),
    path("rencana/<int:pk>/tak-terlayani.<table:kind>", plan_views.unserved_table, name="unserved_table"),
    path("rencana/<int:pk>/laporan/", plan_views.report, name="plan_report"),
    path("rencana/<int:pk>/berkas.zip", plan_views.folder, name="plan_folder"),
    path("rencana/<int:pk>/rute.geojson", plan_views.routes, name="plan_routes"),
    path("rencana/<int:pk>/periksa/", plan_views.check, name="check_plan"),
    path("rencana/<int:pk>/jelaskan/", plan_views.explain, name="explain"),
    path("rencana/<int:pk>/banding/", compare_views.compare_page, name="compare"),
    path("rencana/<int:pk>/banding.<table:kind>", compare_views.changes_table, name="changes_table"),
    path("rencana/<int:pk>/setujui/", plan_views.approve, name="approve"),
    path("rencana/<int:pk>/tarik/", plan_views.withdraw, name="withdraw"),
    path("rencana/<int:pk>/umumkan/", plan_views.announce, name="announce"),
    path("rencana/<int:pk>/cetak/", plan_views.print_paper, name="print_paper"),
    path("rencana/<int:pk>/susun-ulang/", plan_views.replan, name="replan"),
    path("kertas/<str:code>/", plan_views.papers, name="papers"),
    path("cetakan/<int:pk>/", plan_views.paper, name="paper"),
    path("cetakan/<int:pk>/<path:name>", plan_views.paper_file, name="paper_file"),
]
