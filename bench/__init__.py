"""What the project measures about itself; ``python -m bench`` runs everything and writes ``docs/benchmarks/``.

Every module of this package whose name has no leading underscore is a benchmark: it has a function ``report()``
that returns its page as Markdown.
"""
