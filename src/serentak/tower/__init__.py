"""The tower: one site on which every agency, at every level, sees its own task and what is not ready yet.

A Django project. Each concern is one small app of ``models, services, views, api, templates``: services hold the
transaction, the rooms below hold the rule, views hold neither. The tower never writes custody: it forwards bytes to
the log and keeps a projection of it that can be rebuilt at any time.
"""
