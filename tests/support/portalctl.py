"""portalctl as a person at the command line uses it."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from support import places, postgres


@dataclass
class Portalctl:
    """Bound to one database and one key file; without a terminal, so that nothing can ask."""

    server: postgres.PrivatePostgres
    keys_file: Path | None = None
    database: str = postgres.DATABASE
    environment: dict[str, str] = field(default_factory=dict)
    files: Path | None = None

    @property
    def conninfo(self) -> str:
        return self.server.conninfo("portal_maintenance", self.database)

    def run(self, *words: str | Path) -> subprocess.CompletedProcess:
        """With nothing but the words and the environment of this object."""
        environment = {"PATH": os.environ["PATH"], **self.environment}
        return subprocess.run([places.portalctl_path(), *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=environment, timeout=120)

    def start(self, *words: str | Path) -> subprocess.Popen:
        """The same on the database, without waiting for the end."""
        return subprocess.Popen([places.portalctl_path(), *map(str, words), "--database", self.conninfo], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def try_on_database(self, *words: str | Path) -> subprocess.CompletedProcess:
        keys = ["--keys-file", self.keys_file] if self.keys_file and (words[0] == "demo" or words[:2] == ("member", "invite")) else []
        files = ["--files", self.files] if self.files and words[:2] in (("document", "add"), ("document", "remove"), ("document", "sweep")) else []
        return self.run(*words, "--database", self.conninfo, *keys, *files)

    def __call__(self, *words: str | Path) -> str:
        """Succeeds; returns what was printed."""
        finished = self.try_on_database(*words)
        assert finished.returncode == 0, f"portalctl {words} ended with {finished.returncode}: {finished.stderr}"
        return finished.stdout

    def json(self, *words: str | Path):
        return json.loads(self(*words, "--json"))

    def refuses(self, *words: str | Path, status: int = 1) -> str:
        """Fails with this status; returns its one sentence, which must be one and must not show SQL."""
        finished = self.try_on_database(*words)
        assert finished.returncode == status, f"portalctl {words} ended with {finished.returncode}: {finished.stdout}{finished.stderr}"
        assert finished.stderr.startswith("portalctl: "), finished.stderr
        for word in ("SELECT", "INSERT", "UPDATE", "select ", "insert ", "update portal", "SQLSTATE"):
            assert word not in finished.stderr, finished.stderr
        return finished.stderr.removeprefix("portalctl: ").rstrip("\n")
