import os

# These tests provoke faults of memory, which only the sanitizers see.
os.environ["PORTAL_PRESET"] = "check"

from support.fixtures import *  # noqa: E402, F403
