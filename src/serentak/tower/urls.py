"""All addresses of the site, an app at a time."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("serentak.tower.regions.urls")),
    path("", include("serentak.tower.boxes.urls")),
    path("", include("serentak.tower.escorts.urls")),
    path("", include("serentak.tower.oversight.urls")),
    path("", include("serentak.tower.means.urls")),
    path("", include("serentak.tower.cases.urls")),
    path("", include("serentak.tower.plans.urls")),
    path("", include("serentak.tower.maps.urls")),
    path("", include("serentak.tower.site.urls")),
    path("", include("serentak.tower.api.urls")),
    path("akun/", include("serentak.tower.access.urls")),
]
handler403 = "serentak.tower.site.views.forbidden"
handler404 = "serentak.tower.site.views.not_found"
handler500 = "serentak.tower.site.views.failed"
