"""The sums of every region: whatever happens in whatever order, they are what counting all stations gives."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.tower.played import assert_equal_to_a_recount

from serentak.custody.kinds import Kind

# What the organiser says of the log's size is about the order itself.
_BY_INDEX = {Kind.MARKED}
PROPERTY = settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def standings():
    from serentak.tower.regions.rollup import Standing

    ways, flags = st.integers(0, 4), st.booleans()
    return st.builds(Standing, out=ways, back=ways, out_late=flags, back_late=flags, troubled=flags)


@PROPERTY
@given(data=st.data())
def test_random_changes_of_random_stations(kecil, data):
    """Stations jump between any two standings, in batches; every region keeps the sum."""
    from serentak.tower.regions.models import Station
    from serentak.tower.regions.rollup import STANDING, Changes, Standing, tally
    from serentak.tower.site.bulk import update

    stations = list(Station.objects.values_list("pk", flat=True))
    events = data.draw(st.lists(st.tuples(st.sampled_from(stations), standings()), max_size=30))
    at = 0
    while at < len(events):
        size = data.draw(st.integers(1, 10))
        changes = Changes()
        for pk, after in events[at : at + size]:
            village, *kept = Station.objects.values_list("village", *STANDING).get(pk=pk)
            update(Station, STANDING, [(*after, pk)])
            changes.add(village, tally(Standing(*kept)), tally(after))
        changes.write()
        at += size
        assert_equal_to_a_recount()


@PROPERTY
@given(shuffler=st.randoms(use_true_random=False), size=st.integers(1, 80))
def test_events_of_an_election_in_any_order(kecil, rough_log, shuffler, size):
    """Entries in any order, in batches of any size: the sums hold after each, and the end is the same."""
    from serentak.custody.state import State
    from serentak.ledger.source import FolderSource
    from serentak.operations.custody_log import read_entries, try_entry
    from serentak.tower.boxes.models import Box, Load, Log
    from serentak.tower.boxes.projection import Projection
    from serentak.tower.regions.load import load_district
    from serentak.tower.regions.models import Station
    from serentak.tower.regions.rollup import STANDING

    def follow(entries, step):
        for model in (Station, Box, Load, Log):
            model.objects.all().delete()
        load_district(kecil.district, kecil.kits)
        log = Log.objects.create(address="uji", district="14.01")
        state = State(trusted=True)
        projection = Projection(log, state)
        now = 1_732_900_000_000
        for at in range(0, len(entries), step):
            for index, entry in enumerate(entries[at : at + step], at):
                state.take(index, entry)
            projection.write(state.refresh(), now)
            assert_equal_to_a_recount()
        columns = [name for name in STANDING if not name.endswith("proof")]
        return (
            list(Station.objects.values_list("pk", *columns)),
            list(Load.objects.order_by("hash").values_list("hash", "began", "done", "late")),
        )  # fmt: skip

    first, *entries = (
        entry for entry in read_entries(FolderSource(rough_log[0])) if try_entry(entry).event.kind not in _BY_INDEX
    )
    shuffled = entries.copy()
    shuffler.shuffle(shuffled)
    assert follow([first, *shuffled], size) == follow([first, *entries], len(entries))


@pytest.mark.parametrize("which", ["calm_log", "rough_log"])
def test_after_a_whole_play(kecil, request, which):
    from tests.tower.played import followed

    found = request.getfixturevalue(which)
    followed(found[0] if isinstance(found, tuple) else found)
    assert_equal_to_a_recount()


def test_loading_a_district_again_changes_nothing(calm, kecil):
    from serentak.tower.boxes.models import Box
    from serentak.tower.regions.load import load_district
    from serentak.tower.regions.models import Region, Station

    before = [list(model.objects.values()) for model in (Region, Station, Box)]
    load_district(kecil.district, kecil.kits)
    assert [list(model.objects.values()) for model in (Region, Station, Box)] == before
    assert_equal_to_a_recount()


def test_a_station_that_the_district_no_longer_has_is_gone(kecil):
    from dataclasses import replace

    from serentak.kit.kits import build_kits
    from serentak.tower.boxes.models import Box
    from serentak.tower.regions.load import load_district
    from serentak.tower.regions.models import Region, Station

    district = replace(kecil.district, stations=kecil.district.stations[1:])
    load_district(district, build_kits(district, kecil.rules))
    gone = kecil.district.stations[0].id
    assert not Station.objects.filter(pk=gone).exists()
    assert not Box.objects.filter(owner=gone).exists()
    assert Region.objects.get(pk="ID").stations == 11
    assert_equal_to_a_recount()


def test_a_station_brought_in_after_its_log(kecil, calm_log):
    """The follower writes again what the log has said of stations that came later."""
    from dataclasses import replace

    from tests.tower.played import followed

    from serentak.kit.kits import build_kits
    from serentak.tower.boxes.follow import follow_once
    from serentak.tower.regions.load import load_district
    from serentak.tower.regions.models import Region

    district = replace(kecil.district, stations=kecil.district.stations[1:])
    load_district(district, build_kits(district, kecil.rules))
    log = followed(calm_log)
    load_district(kecil.district, kecil.kits)
    assert Region.objects.get(pk="14.01").back_ready == 11
    follow_once(log)
    assert Region.objects.get(pk="14.01").back_ready == 12
    assert_equal_to_a_recount()
