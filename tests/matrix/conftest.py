import sys
from pathlib import Path

import pytest

from support.fixtures import *  # noqa: F403

sys.path.insert(0, str(Path(__file__).parent))
