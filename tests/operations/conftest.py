from __future__ import annotations

import sys
from pathlib import Path

# pytest imports every test file on its own (importlib mode); what they share is found by this path.
sys.path.insert(0, str(Path(__file__).parents[1]))
