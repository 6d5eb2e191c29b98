"""What a build consists of, as CycloneDX 1.5 JSON on the standard output: Debian's packages behind the libraries that module and portalctl load, nginx, and the
npm packages that are part of the pages."""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def output_of(*command: str | Path) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def libraries_of(binary: Path) -> set[str]:
    return {str(Path(path).resolve()) for path in re.findall(r"=> (/\S+)", output_of("ldd", binary))}


def packages_of(libraries: set[str]) -> set[str]:
    """Debian's index knows a file of /usr/lib by the name below /lib, or by both."""
    paths = sorted({path for library in libraries for path in (library, library.removeprefix("/usr"))})
    found = subprocess.run(["dpkg-query", "-S", *paths], capture_output=True, text=True).stdout
    owners = {path: names.split(",")[0] for names, _, path in (line.partition(": ") for line in found.splitlines())}
    unknown = [library for library in libraries if library not in owners and library.removeprefix("/usr") not in owners]
    if unknown:
        raise SystemExit(f"sbom.py: no package has {', '.join(unknown)}")
    return {owners.get(library) or owners[library.removeprefix("/usr")] for library in libraries}


def debian_components(packages: list[str]) -> list[dict]:
    told = output_of("dpkg-query", "-W", "-f", "${Package}\t${Version}\t${source:Package}\t${Architecture}\n", *packages)
    system = {name: value.strip('"') for name, _, value in (line.partition("=") for line in Path("/etc/os-release").read_text().splitlines())}
    where = f"distro={system['ID']}-{system['VERSION_ID']}"
    return [{"type": "library", "name": name, "version": version, "properties": [{"name": "debian:source", "value": source}],
             "purl": f"pkg:deb/{system['ID']}/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}&{where}"}
            for name, version, source, architecture in (line.split("\t") for line in told.splitlines())]


def web_components() -> list[dict]:
    """Of the lock file only what browsers are sent."""
    lock = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    return [{"type": "library", "name": path.rpartition("node_modules/")[2], "version": entry["version"],
             "purl": f"pkg:npm/{path.rpartition('node_modules/')[2].replace('@', '%40')}@{entry['version']}",
             "licenses": [{"license": {"id": entry["license"]}}] if "license" in entry else []}
            for path, entry in lock.items() if path and not entry.get("dev") and not entry.get("devOptional")]


def bill(preset: str) -> dict:
    build = ROOT / "build" / preset
    binaries = [build / "ngx_module/ngx_http_portal_module.so", build / "portalctl/portalctl"]
    missing = [str(binary.relative_to(ROOT)) for binary in binaries if not binary.exists()]
    if missing:
        raise SystemExit(f"sbom.py: not built: {', '.join(missing)}; ./dev build {preset}")
    packages = packages_of({library for binary in binaries for library in libraries_of(binary)}) | {"nginx"}
    components = debian_components(sorted(packages)) + web_components()
    for component in components:
        component["bom-ref"] = component["purl"]
    version = output_of(binaries[1], "version").split()[-1]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": {"component": {"type": "application", "bom-ref": "portico", "name": "portico", "version": version,
                                       "licenses": [{"license": {"id": "Apache-2.0"}}]}},
            "components": components,
            "dependencies": [{"ref": "portico", "dependsOn": [component["bom-ref"] for component in components]}]}


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/sbom.py", description="The bill of materials of a build, as CycloneDX JSON.")
    parser.add_argument("--preset", default="release", help="the build tree (default: release)")
    json.dump(bill(parser.parse_args().preset), sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
