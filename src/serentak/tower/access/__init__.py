"""Who may do what, where: agencies and posts as data, one rule table, one guard before every route."""
