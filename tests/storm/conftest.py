import os

# The storm is about memory: everything in it is built with the sanitizers, also what makes its database.
os.environ["PORTAL_PRESET"] = "check"

from support.fixtures import *  # noqa: E402, F403
