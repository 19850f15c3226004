"""Regions and polling stations, with what is ready of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Region(models.Model):
    """A place of the tree: ``ID``, ``14``, ``14.01``, ``14.01.06``, ``14.01.06.2003``, with the sums over its stations.

    The sums are kept up to date with every event, see `serentak.tower.regions.rollup`; ``recount`` there gives the
    same from the stations alone. ``back_begun`` counts stations whose boxes were closed after voting.
    """

    trail = False

    code = models.CharField(max_length=13, primary_key=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=4, default="WIB")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    stations = models.PositiveIntegerField(default=0)
    voters = models.PositiveIntegerField(default=0)
    boxes = models.PositiveIntegerField(default=0)
    out_ready = models.PositiveIntegerField(default=0)
    out_way = models.PositiveIntegerField(default=0)
    out_unproven = models.PositiveIntegerField(default=0)
    out_late = models.PositiveIntegerField(default=0)
    back_ready = models.PositiveIntegerField(default=0)
    back_way = models.PositiveIntegerField(default=0)
    back_unproven = models.PositiveIntegerField(default=0)
    back_late = models.PositiveIntegerField(default=0)
    back_begun = models.PositiveIntegerField(default=0)
    troubled = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [models.Index(fields=["level", "name"], name="region_name")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Station(models.Model):
    """A polling station (TPS), and how far its goods are, out and back.

    ``out`` and ``back`` are `Way`; late and troubled stand beside them. Proofs say why what has arrived is not ready:
    ``single`` (one side signed), ``proxy`` (typed from paper), ``gap`` (no hand-over in the log), or that goods were
    signed for and left elsewhere (``entrusted``). Dues are the deadlines of the last announced hand-over out, and of
    the last one back.
    """

    class Way(models.IntegerChoices):
        """How far a station's goods are in one direction.

        ``LOADED``: everything is packed (out), the boxes are closed after the count (back). ``UNDER_WAY``: something
        has left and not everything has arrived. ``READY``: everything has arrived, every hand-over signed by both
        sides. ``UNPROVEN``: everything has arrived, by the word of one side.
        """

        NOT_YET = 0
        LOADED = 1
        UNDER_WAY = 2
        READY = 3
        UNPROVEN = 4

    trail = False

    id = models.CharField(max_length=17, primary_key=True)
    province = models.CharField(max_length=2)
    kabupaten = models.CharField(max_length=5, db_index=True)
    kecamatan = models.CharField(max_length=8, db_index=True)
    village = models.CharField(max_length=13, db_index=True)
    number = models.PositiveSmallIntegerField()
    venue = models.CharField(max_length=120, blank=True, default="")
    voters = models.PositiveIntegerField()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    elections = models.CharField(max_length=4)
    police_class = models.CharField(max_length=20, blank=True, default="")
    hub = models.CharField(max_length=40, blank=True, default="")
    boxes = models.PositiveSmallIntegerField(default=0)
    out = models.PositiveSmallIntegerField(choices=Way.choices, default=Way.NOT_YET)
    back = models.PositiveSmallIntegerField(choices=Way.choices, default=Way.NOT_YET)
    out_due = models.DateTimeField(null=True)
    back_due = models.DateTimeField(null=True)
    out_proof = models.CharField(max_length=10, blank=True, default="")
    back_proof = models.CharField(max_length=10, blank=True, default="")
    out_late = models.BooleanField(default=False)
    back_late = models.BooleanField(default=False)
    troubled = models.BooleanField(default=False)
    changed = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.id
