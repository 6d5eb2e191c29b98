"""SECURITY R68: tools/sbom.py names what a build consists of."""

import json
import re
import subprocess

from support import places


def test_the_bill_names_what_is_loaded_and_sent():
    finished = subprocess.run(["/usr/bin/python3", "tools/sbom.py", "--preset", places.PRESET], cwd=places.ROOT, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    bill = json.loads(finished.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    components = {component["name"]: component for component in bill["components"]}
    assert len(components) == len(bill["components"])
    assert {"nginx", "libpq5", "preact"} <= set(components) and not {"vite", "typescript", "vitest"} & set(components)
    for start in ("libssl3", "libjansson4", "libhiredis", "libargon2-1"):
        assert any(name.startswith(start) for name in components), start
    for component in components.values():
        assert component["version"] and re.fullmatch(r"pkg:(deb|npm)/\S+@\S+", component["purl"])
    refs = [component["bom-ref"] for component in components.values()]
    assert bill["dependencies"] == [{"ref": "portico", "dependsOn": refs}]
    installed = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "libpq5"], check=True, capture_output=True, text=True).stdout
    assert components["libpq5"]["version"] == installed


def test_a_build_that_is_not_there_is_told():
    finished = subprocess.run(["/usr/bin/python3", "tools/sbom.py", "--preset", "none"], cwd=places.ROOT, capture_output=True, text=True)
    assert finished.returncode == 1 and "./dev build none" in finished.stderr
