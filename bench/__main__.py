"""``python -m bench [NAME …]``: run benchmarks, print their pages and write them to ``docs/benchmarks/``.

``python -m bench tower --database-url postgres://…`` measures that database beside SQLite.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

PACKAGE = Path(__file__).parent
PAGES = PACKAGE.parent / "docs" / "benchmarks"


def names() -> list[str]:
    """List the benchmarks of this package."""
    return sorted(module.name for module in iter_modules([str(PACKAGE)]) if not module.name.startswith("_"))


def main(arguments: list[str]) -> int:
    """Run the benchmarks wanted, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--database-url", help="an empty PostgreSQL database, for the tower")
    chosen = parser.parse_args(arguments)
    wanted = chosen.names
    if chosen.database_url:
        os.environ["BENCH_DATABASE_URL"] = chosen.database_url
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in wanted or names():
        page = import_module(f"bench.{name}").report()
        print(page)
        (PAGES / f"{name}.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
