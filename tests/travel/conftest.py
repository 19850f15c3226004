from __future__ import annotations

import sys
from pathlib import Path

# pytest imports every test file on its own (importlib mode); what they share is found by these paths.
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
