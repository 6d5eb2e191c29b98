"""A site with guarded locations of every kind, and the applications behind them."""

import json
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from support.applications import FastCgiApplication, HttpApplication
from support.client import Answer, Client
from support.nginx import PrivateNginx
from support.people import People
from support.site import PrivateSite

# What stands in the server{} of docs/guard.md's examples, and one location for each way of getting from one to another.
LOCATIONS = """
    underscores_in_headers on;
    ignore_invalid_headers off;
    merge_slashes off;
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param CONTENT_LENGTH $content_length;
    fastcgi_param REQUEST_URI $request_uri;
    location = /metrics {{ portal_metrics; }}
    location /guarded/files/ {{ alias {folder}/; portal_auth required; index start.html; }}
    location /guarded/share/ {{ alias {folder}/share/$portal_account/$portal_client_id/; portal_auth required; }}
    location /guarded/cached/ {{ alias {folder}/; portal_auth required; add_header Cache-Control "private, max-age=60"; }}
    location /guarded/http/ {{ portal_auth required; proxy_pass http://unix:{http}; }}
    location /guarded/fastcgi/ {{ portal_auth required; fastcgi_pass unix:{fastcgi}; }}
    location /guarded/documents/ {{ portal_auth required permission=view_documents permission=view_job_status; proxy_pass http://unix:{http}; }}
    location /greeted/ {{ portal_auth optional; proxy_pass http://unix:{http}; }}
    location /open/ {{ proxy_pass http://unix:{http}; }}
    location /variables/ {{
        portal_auth optional;
        add_header X-Identity "$portal_account|$portal_client_id|$portal_member_id|$portal_membership_id|$portal_email|$portal_permissions" always;
        alias {folder}/;
    }}
    location /early/ {{
        portal_auth required;
        if ($http_cookie ~ nothing) {{ return 418; }}
        set $early "$http_cookie|$http_portal_email";
        proxy_set_header Cookie $http_cookie;
        proxy_set_header X-Email $http_portal_email;
        proxy_pass http://unix:{http};
    }}

    location /inside/ {{ internal; portal_auth required; proxy_pass http://unix:{http}; }}
    location /inside/documents/ {{ internal; portal_auth required permission=view_documents; proxy_pass http://unix:{http}; }}
    location = /from/error_page {{ portal_auth required; error_page 404 = /inside/error_page; return 404; }}
    location = /from/error_page_of_a_file {{ portal_auth required; root {folder}; error_page 404 = /inside/error_page; }}
    location = /from/try_files {{ portal_auth required; root {folder}; try_files /none /inside/try_files; }}
    location = /from/named {{ portal_auth required; root {folder}; try_files /none @named; }}
    location @named {{ proxy_pass http://unix:{http}; }}
    location = /from/rewrite {{ portal_auth required; rewrite ^ /guarded/http/rewritten last; }}
    location = /from/weaker {{ portal_auth required; root {folder}; try_files /none /inside/documents/stronger; }}
    location = /from/open {{ root {folder}; try_files /none /inside/opened; }}
    location = /from/return {{ portal_auth required; root {folder}; try_files /none @returns; }}
    location @returns {{ return 200 "the word"; }}
    location = /from/weaker_account {{ portal_auth required; root {folder}; try_files /none /inside/brightwater; }}
    location = /inside/brightwater {{ internal; portal_auth optional; portal_account brightwater; proxy_pass http://unix:{http}; }}
    location = /from/accel {{ portal_auth required; proxy_pass http://unix:{accel}; }}
    location = /from/open_accel {{ proxy_pass http://unix:{accel}; }}

    location /any/denied/ {{ satisfy any; deny all; portal_auth required; proxy_pass http://unix:{http}; }}
    location /any/allowed/ {{ satisfy any; allow 127.0.0.1; deny all; portal_auth required; proxy_pass http://unix:{http}; }}
    location /any/optional/ {{ satisfy any; deny all; portal_auth optional; proxy_pass http://unix:{http}; }}
    location /all/denied/ {{ deny all; portal_auth required; proxy_pass http://unix:{http}; }}

    location = /page/open.html {{ root {folder}; ssi on; }}
    location = /page/guarded.html {{ root {folder}; ssi on; portal_auth required; }}
    location = /page/two_accounts.html {{ root {folder}; ssi on; portal_auth required; }}
    location = /elsewhere {{ portal_auth optional; portal_account brightwater; proxy_set_header X-Email $portal_email; proxy_pass http://unix:{http}; }}
    location = /asking/ {{ auth_request /inside/check; proxy_pass http://unix:{http}; }}
    location = /inside/check {{ internal; portal_auth required; proxy_pass http://unix:{http}; }}
    location /no/account/ {{ portal_auth required; portal_account nobody; alias {folder}/; }}
"""

PAGE = '<!--#include virtual="/guarded/http/included" -->'
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@dataclass
class Guarded:
    site: PrivateSite
    people: People
    content: Path
    http: HttpApplication
    fastcgi: FastCgiApplication
    accel: HttpApplication

    @property
    def nginx(self) -> PrivateNginx:
        return self.site.nginx

    def client(self) -> Client:
        return self.nginx.client(self.people.host)

    def signed_in(self, person=None, **options) -> tuple[Client, object]:
        """A browser with the session of somebody new, who is returned too."""
        person = person or self.people.add_member(**options)
        client = self.client()
        client.cookies = dict(self.people.signed_in(person).cookies)
        return client, person

    def raw(self, head: str) -> Answer:
        """A request as it is written, but for the Host; the connection stays open until the answer ends."""
        with socket.create_connection(("127.0.0.1", self.nginx.port), timeout=15) as connection:
            connection.sendall(head.replace("\n", f"\nHost: {self.people.host}\nConnection: close\n", 1).replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n")
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        answer_head, _, body = received.partition(b"\r\n\r\n")
        status, *lines = answer_head.decode("latin-1").split("\r\n")
        return Answer(int(status.split()[1]), [tuple(line.split(": ", 1)) for line in lines], body)


def passed_headers(answer: Answer) -> dict[str, list[str]]:
    """What the application behind the location was sent, by name in lower case."""
    assert answer.status == 200, (answer.status, answer.text)
    found: dict[str, list[str]] = {}
    for name, value in json.loads(answer.body)["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def open_guarded(folder: Path, stack: ExitStack, **options) -> Guarded:
    content = folder.parent / f"{folder.name}-content"
    (content / "page").mkdir(parents=True, exist_ok=True)
    content.chmod(0o755)
    (content / "plan.txt").write_text("the plan\n")
    (content / "start.html").write_text("the start\n")
    for name in ("open", "guarded"):
        (content / f"page/{name}.html").write_text(PAGE)
    (content / "page/two_accounts.html").write_text(PAGE.replace("/guarded/http/included", "/elsewhere"))
    http, accel = stack.enter_context(HttpApplication()), stack.enter_context(HttpApplication())
    fastcgi = stack.enter_context(FastCgiApplication())
    locations = LOCATIONS.format(folder=content, http=http.socket, fastcgi=fastcgi.socket, accel=accel.socket)
    site = stack.enter_context(PrivateSite(folder, server_extra=locations, **options))
    people = People(site)
    stack.callback(people.close)
    return Guarded(site, people, content, http, fastcgi, accel)
