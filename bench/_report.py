"""Markdown tables, and what every page says about the machine and the noise."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; the first column to the left, all others to the right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def spread(values: Sequence[float], digits: int = 1, unit: str = "") -> str:
    """Write the smallest and largest of several measurements."""
    low, high = f"{min(values):,.{digits}f}", f"{max(values):,.{digits}f}"
    return f"{low}{unit}" if low == high else f"{low} .. {high}{unit}"


def machine(packages: Sequence[str] = ("serentak", "pyvrp", "highspy", "ortools", "pyvroom")) -> str:
    """Tell what was measured with: processor, Python, and the packages that do the work."""
    versions = ", ".join(f"{name} {found}" for name in packages if (found := _version(name)))
    return f"Machine: {os.cpu_count()} x {_model()}, Python {platform.python_version()}; {versions}."


def verdict(goal: str, measured: str, *, met: bool) -> tuple[str, str, str]:
    """Make a row of a table of goals."""
    return goal, measured, "yes" if met else "**no**"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
