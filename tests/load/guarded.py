"""What `portal_auth` costs: the same static file with and without it, asked for with the same headers. Its session is one that the
worker confirms anew about twice a second, as it does for whoever loads a folder of files."""

from yardsticks import wrk

# Beside the yardstick of tests/load/static.conf, of which it takes everything but this.
LOCATION = """
    location /guarded/ {
        portal_auth required;
        alias /usr/share/portico/yardstick/;
        open_file_cache max=100;
        open_file_cache_valid 60s;
        access_log off;
        default_type application/json;
    }
"""
GUARDED_FILE = "/guarded/jobs.json"
FILE = "/yardstick/jobs.json"


def kinds(port: int, seconds: int, headers: dict[str, str]) -> dict:
    return {"guarded_file": lambda: wrk(port, GUARDED_FILE, seconds, headers=headers), "file": lambda: wrk(port, FILE, seconds, headers=headers)}
