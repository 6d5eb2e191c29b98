from support.fixtures import *  # noqa: F403
from support.people import people, people_account  # noqa: F401
from support.post import authority, mail_server, post, post_keys  # noqa: F401
from support.world import world  # noqa: F401
