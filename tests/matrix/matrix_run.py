"""The matrix as tests: one for every operation of the route table and every principal. Both runs of it, with the queries'
own filters and without, take everything from here."""

import functools
import json
import subprocess
from pathlib import Path

import yaml

from support import places
from support.nginx import PrivateNginx
from support.site import PrivateSite
from support.world import World

from operations import Surroundings
from principals import askers_of, make_principals


@functools.cache
def route_table() -> list[dict]:
    finished = subprocess.run([places.portalctl_path(), "routes", "--json"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return json.loads(finished.stdout)


@functools.cache
def contract() -> dict[str, tuple[str, str]]:
    """Of docs/openapi.yaml: the operations with method and path."""
    paths = yaml.safe_load((places.ROOT / "docs/openapi.yaml").read_text())["paths"]
    return {operation["operationId"]: (method.upper(), path) for path, methods in paths.items() for method, operation in methods.items()
            if method in ("get", "post", "put", "patch", "delete")}


def audience_of(operation: str) -> str:
    return next((route["audience"] for route in route_table() if route["operation"] == operation), "anyone")


def side_of(operation: str) -> str:
    path = contract().get(operation, ("", ""))[1]
    return "staff" if path.startswith("/staff/") else "key" if path.startswith("/import/") or audience_of(operation) == "key" else "member"


def all_rows() -> list[tuple[str, str]]:
    operations = [route["operation"] for route in route_table()] + sorted(set(contract()) - {route["operation"] for route in route_table()})
    return [(operation, principal) for operation in operations for principal in askers_of(side_of(operation))]


class Matrix:
    """A site with the world in it, and everybody who asks."""

    def __init__(self, folder: Path, nginx_class: type[PrivateNginx] | None = None):
        self.site = PrivateSite(folder, demo=False, redis=True)
        if nginx_class:
            self.site.make_nginx = functools.partial(make_nginx, self.site, nginx_class)

    def __enter__(self) -> "Matrix":
        self.site.__enter__()
        try:
            self.world = World(self.site)
            self.world.wait_until_served()
            self.around = Surroundings(self.world)
            self.principals = make_principals(self.world)
        except BaseException:
            self.site.__exit__(RuntimeError)
            raise
        return self

    def __exit__(self, kind, *_) -> None:
        self.world.close()
        self.site.__exit__(kind)


def make_nginx(site: PrivateSite, nginx_class: type[PrivateNginx], name: str, **options) -> PrivateNginx:
    return nginx_class(site.folder / name, postgres_socket=site.postgres.sockets, password_file=site.postgres.password_file,
                       keys_file=site.keys_file, files=site.files, throttle=False, **options)
