"""The interface tried by its own description: whatever is sent, it never fails, and answers as it announces."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def operations(rows, monkeypatch):
    """Give every operation as the interface describes it, on a small district, without its rate."""
    from serentak.tower.api.guard import PerCaller
    from serentak.tower.wsgi import application

    # The connection is the test's own, in whose transaction the rows are; Django's test client spares it likewise.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    monkeypatch.setattr(PerCaller, "allow_request", lambda _self, _request: True)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    found = [each.ok() for each in schema.get_all_operations()]
    assert len(found) >= 10
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def try_out(operations, examples, headers):
    modes = st.sampled_from(list(schemathesis.GenerationMode))

    @settings(max_examples=examples * len(operations), deadline=None, suppress_health_check=list(HealthCheck),
              derandomize=True, database=None)  # fmt: skip
    @given(data=st.data(), operation=st.sampled_from(operations), mode=modes)
    def sent(data, operation, mode):
        case = data.draw(operation.as_strategy(generation_mode=mode))
        case.call_and_validate(headers={**headers, "Accept-Encoding": "identity"}, checks=CHECKS)

    sent()


def test_whatever_is_sent_it_answers_as_it_says(operations, key_of):
    try_out(operations, 40, {"Authorization": f"Bearer {key_of('KPU Kampar', 'operator')}"})


def test_without_a_key_too(operations):
    try_out(operations, 10, {})
