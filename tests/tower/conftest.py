"""What the tests of the site share: its settings, and a cast of people of whom some must not see."""

from __future__ import annotations

import os
import tempfile

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serentak.tower.settings")
os.environ.setdefault("SERENTAK_HOME", tempfile.mkdtemp(prefix="serentak-test-"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Make the database of the tests; on PostgreSQL nobody is left in it when it goes.

    A thread of a server that a browser talked to may not have ended when the last test has.
    """
    from django.db import connection

    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _in_indonesian():
    """Begin every test in the site's own language: the test client shares the thread of the test."""
    from serentak.base.messages import set_language

    set_language("id")
    yield
    set_language("id")


@pytest.fixture
def tree(db):
    """Give the tree of provinces and kabupaten."""
    from serentak.tower.regions.tree import plant

    plant()


@pytest.fixture
def cast(tree):
    """Give the cast, see `tests.tower.cast`."""
    from tests.tower.cast import make_cast

    return make_cast()


@pytest.fixture
def visit(cast):
    """Give a function from a name of the cast (empty: the public) to a test client that is logged in as them."""
    from django.test import Client

    def as_who(name: str = "") -> Client:
        client = Client()
        if name:
            client.force_login(cast[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return as_who
