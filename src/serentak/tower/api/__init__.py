"""The interface for other systems, ``/api/v1``: the same data under the same rules, by keys of their own."""
