"""``python -m bench [NAME …]``: run benchmarks, print their pages and write them to ``docs/benchmarks/``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

PACKAGE = Path(__file__).parent
PAGES = PACKAGE.parent / "docs" / "benchmarks"


def names() -> list[str]:
    """List the benchmarks of this package."""
    return sorted(module.name for module in iter_modules([str(PACKAGE)]) if not module.name.startswith("_"))


def main(wanted: list[str]) -> int:
    """Run the benchmarks wanted, or all of them."""
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
