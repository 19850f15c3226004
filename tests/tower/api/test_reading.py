from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db

LISTS = ["stations", "boxes", "loads", "deviations"]


def owners(answer):
    return {(row.get("owner") or row.get("receiver") or row["id"])[:5] for row in answer["items"]}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_holds_what_lies_in_the_area_of_the_key_and_nothing_else(rows, ask, path):
    status, answer = ask(path, "KPU Kampar")
    assert status == 200
    assert owners(answer) == {"14.01"}
    assert answer["as_of"] == "2024-11-26T12:00:00Z"
    assert owners(ask(path, "KPU RI")[1]) == {"14.01", "14.06"}
    assert {row.get("owner", row.get("receiver", row["id"]))[:8] for row in ask(path, "PPK Tapung")[1]["items"]} == {
        "14.01.06"
    }


@pytest.mark.parametrize("path", LISTS)
def test_without_a_key_nothing_is_told_and_a_region_outside_is_refused(rows, ask, path):
    assert ask(path)[0] == 401
    status, answer = ask(f"{path}?region=14.06", "KPU Kampar")
    assert status == 403
    assert "KPU Kampar" in answer["detail"]
    assert ask(path, "Pemerintah Kabupaten Kampar")[0] == 403


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_read_in_parts_without_loss_or_repetition(rows, ask, path):
    whole = ask(path, "KPU RI")[1]["items"]
    found, after = [], ""
    while after is not None:
        answer = ask(f"{path}?limit=2" + (f"&after={after}" if after != "" else ""), "KPU RI")[1]
        assert len(answer["items"]) <= 2
        found += answer["items"]
        after = answer["next"]
    assert found == whole
    assert len(found) >= 3


def test_lists_are_narrowed_by_what_is_asked_for(rows, ask):
    kpu = "KPU Kampar"
    assert len(ask("boxes?region=14.01.06", kpu)[1]["items"]) == 3
    assert len(ask("boxes?troubled=true", kpu)[1]["items"]) == 3
    assert ask("boxes?status=returned", kpu)[1]["items"] == []
    assert ask("boxes?status=somewhere", kpu)[0] == 422
    assert [row["id"] for row in ask("stations?late=true", kpu)[1]["items"]] == ["14.01.01.1011-001"]
    assert len(ask("loads?direction=out", kpu)[1]["items"]) == 2
    assert ask("loads?late=true", kpu)[1]["items"] == []
    assert len(ask("deviations?finding=true&standing=true", kpu)[1]["items"]) == 2


def test_one_box_and_one_station_and_what_is_hidden_is_not_there(rows, ask):
    status, box = ask("boxes/14.01.06.2003-001-B", "KPU Kampar")
    assert (status, box["status"], box["owner"]) == (200, "moving", "14.01.06.2003-001")
    assert ask("stations/14.01.06.2003-001", "KPU Kampar")[1]["out"] == "ready"
    for hidden in ("boxes/14.06.01.2001-001-B", "stations/14.06.01.2001-001", "boxes/x", "stations/x"):
        assert ask(hidden, "KPU Kampar")[0] == 404
    assert ask("boxes/%00", "KPU Kampar")[0] == 400


def test_regions_are_for_anybody(rows, ask):
    status, answer = ask("regions/14.01")
    assert (status, answer["name"], answer["parent"]) == (200, "Kabupaten Kampar", "14")
    assert answer["out"] == {"ready": 0, "unproven": 0, "under_way": 0, "late": 0}
    parts = ask("regions/14.01/parts")[1]
    assert [row["code"] for row in parts["items"]] == ["14.01.01", "14.01.06"]
    assert ask("regions/99")[0] == 404
    assert ask("regions/sesuatu")[0] == 422


def test_logs_are_those_of_ones_area(rows, ask):
    assert [row["district"] for row in ask("logs", "KPU Kampar")[1]["items"]] == ["14.01"]
    assert len(ask("logs", "KPU RI")[1]["items"]) == 2


def test_a_system_learns_who_it_is(rows, ask):
    status, answer = ask("me", "KPU Kampar", "operator")
    assert status == 200
    assert answer["seats"] == [{"agency": "kpu", "role": "operator", "post": "KPU Kampar", "areas": ["14.01"]}]
    assert answer["may"]["boxes.read"] == ["14.01"]
    assert "plans.approve" not in answer["may"]
