"""A whole log as EPCIS: nothing lost, nothing twice, the same bytes again."""

from __future__ import annotations

import json

import fastjsonschema
import pytest

from serentak.base.errors import InputError
from serentak.custody.event import event_hash
from serentak.ledger.source import open_source
from serentak.operations.custody_log import read_entries, try_entry
from serentak.operations.export import describe, export_epcis
from serentak.operations.log import new_log


def test_a_whole_played_election_is_exported_by_the_schema(played, tmp_path, data_file):
    result = export_epcis(played, tmp_path / "epcis.jsonld")
    text = (tmp_path / "epcis.jsonld").read_text(encoding="utf-8")
    whole = json.loads(text)
    schema = json.loads(data_file("vectors/epcis/EPCIS-JSON-Schema.json").read_text())
    fastjsonschema.compile(schema, use_default=False)(whole)
    assert len(whole["epcisBody"]["eventList"]) == result["events"] == len(text.splitlines()) - 2
    in_log = [try_entry(entry) for entry in read_entries(open_source(played))]
    said = sum(result["exported"].values()) + sum(result["left_out"].values())
    assert said == len({event_hash(each.data) for each in in_log})
    assert result["unreadable"] == 0
    again = export_epcis(played, tmp_path / "again.jsonld")
    assert (tmp_path / "again.jsonld").read_text(encoding="utf-8") == text
    assert again["events"] == result["events"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.jsonld", "epcis.jsonld"]


def test_what_is_not_exported_is_said(played, tmp_path, english):
    said = "\n".join(describe(export_epcis(played, tmp_path / "epcis.jsonld")))
    assert "Not exported" in said
    assert "key_enrolled" in said


def test_nothing_is_written_where_there_is_no_custody_log(tmp_path, played):
    new_log(tmp_path / "log", "log.example/empty")
    with pytest.raises(InputError):
        export_epcis(str(tmp_path / "log"), tmp_path / "out.jsonld")
    assert not (tmp_path / "out.jsonld").exists()
    with pytest.raises(InputError, match="nowhere"):
        export_epcis(played, tmp_path / "nowhere" / "out.jsonld")
