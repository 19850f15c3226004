"""Addresses about accounts."""

from __future__ import annotations

from django.urls import path

from serentak.tower.access import views, views_cards, views_posts, views_trail
from serentak.tower.access.entrance import entrance

urlpatterns = [
    path("", views.account, name="account"),
    path("saya/", views.me, name="me"),
    path("saya/hak.<table:kind>", views.rights_table, name="rights_table"),
    path("kartu/", views.card_door, name="card_door"),
    path("alamat-aman/", views.secure_address, name="secure_address"),
    path("jabatan/", views_posts.post_list, name="posts"),
    path("jabatan.<table:kind>", views_posts.posts_table, name="posts_table"),
    path("jabatan/baru/", views_posts.make_post, name="make_post"),
    path("jabatan/<int:pk>/", views_posts.post_page, name="post"),
    path("jabatan/<int:pk>/orang.<table:kind>", views_posts.seats_table, name="seats_table"),
    path("jabatan/<int:pk>/kartu.<table:kind>", views_posts.cards_table, name="cards_table"),
    path("jabatan/<int:pk>/wilayah/", views_posts.set_areas, name="set_areas"),
    path("jabatan/<int:pk>/orang/", views_posts.assign, name="assign"),
    path("tugas/<int:pk>/akhiri/", views_posts.end_assignment, name="end_assignment"),
    path("orang/", views_posts.people_list, name="people"),
    path("orang.<table:kind>", views_posts.people_table, name="people_table"),
    path("orang/<int:pk>/", views_posts.person_page, name="person"),
    path("orang/<int:pk>/ubah/", views_posts.change_person, name="change_person"),
    path("kartu/cetak/", views_cards.print_cards, name="print_cards"),
    path("kartu/<int:pk>/cabut/", views_cards.revoke_card, name="revoke_card"),
    path("impor/", views_cards.bring_in, name="bring_in"),
    path("impor/contoh.<str:kind>", views_cards.template, name="accounts_template"),
    path("jejak/", views_trail.trail_page, name="trail"),
    path("jejak.<table:kind>", views_trail.trail_table, name="trail_table"),
    *entrance(),
]
