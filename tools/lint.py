"""./dev lint: format, clang-tidy, the rules of the house, scripts and documentation. Each check counts as one test."""

import argparse
import ast
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
MAXIMUM_LINES = 800

# Who may include whom: a folder sees those of a lower rank and itself. Features see neither each other nor redis.
RANKS = {"base": 0, "io": 1, "shared": 1, "pg": 2, "redis": 2, "http": 2, "json": 2, "crypto": 2, "layouts": 2, "files": 3, "auth": 3, "access": 3, "cache": 3, "live": 4, "features": 4, "edge": 5}
# The worker knows the features by their table of routes, and they know of it what a handler gets.
UPWARDS = {"features": {"edge/route", "edge/services"}}
FORBIDDEN = {
    "core": r"#\s*include\s*[<\"](ngx_|curl/)",
    "outside": r"#\s*include\s*[<\"](ngx_|portalctl/)",
    "portalctl": r"#\s*include\s*[<\"]curl/",
    "ngx_module": r"#\s*include\s*[<\"](libpq-fe|jansson|hiredis|curl/)",
    "core/features": r"#\s*include\s*\"redis/",
    "core/edge": r"#\s*include\s*\"features/(?!registry\.hpp\")",
}
SQL_TEXT = re.compile(r'"\s*(select\s+.+\s+from|insert\s+into|update\s+\w+\s+set|delete\s+from)\s', re.IGNORECASE)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


def code_files() -> list[Path]:
    return tracked("*.c", "*.h", "*.cpp", "*.hpp")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def output_of(command: list[str]) -> tuple[bool, str]:
    finished = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return finished.returncode == 0, finished.stdout + finished.stderr


def check_format(_) -> list[str]:
    files = [str(path) for path in code_files()]
    passed, output = output_of(["clang-format-19", "--dry-run", "-Werror", *files]) if files else (True, "")
    wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", output, re.MULTILINE)))
    return [] if passed else [f"{name}: not in the project's format; ./dev format" for name in wrong] or [output]


def check_tidy(options) -> list[str]:
    files = [path for path in tracked("core/*.cpp", "ngx_module/*.cpp", "portalctl/*.cpp", "outside/*.cpp")]
    if options.changed:
        # Where the revision is unknown, as in a shallow clone, every file counts as changed.
        passed, names = output_of(["git", "diff", "--name-only", "--diff-filter=d", options.changed])
        if passed:
            changed = {ROOT / name for name in names.splitlines()}
            files = [path for path in files if path in changed]
    if not files:
        return []
    built, output = output_of(["tools/build.sh", "check"])
    if not built:
        return [output]
    problems = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tidy = ["clang-tidy-19", "--quiet", "-p", "build/check"]
        for passed, output in pool.map(lambda path: output_of([*tidy, str(path)]), files):
            if not passed:
                problems += [line for line in output.splitlines() if re.search(r": (warning|error): ", line)]
    return sorted(set(problems))


def check_includes(_) -> list[str]:
    problems = []
    for path in code_files():
        name = relative(path)
        text = path.read_text()
        problems += [f"{name}: {folder} must not include this: {found[0]}" for folder, pattern in FORBIDDEN.items()
                     if name.startswith(folder + "/") for found in [re.search(pattern, text)] if found]
        parts = name.split("/")
        if parts[0] != "core" or parts[1] not in RANKS:
            continue
        for target in re.findall(r'^#include "([\w/]+)\.hpp"', text, re.MULTILINE):
            folder = target.split("/")[0]
            if folder in RANKS and RANKS[folder] > RANKS[parts[1]] and target not in UPWARDS.get(parts[1], set()):
                problems.append(f"{name}: {parts[1]} stands below {folder} and must not include it")
            if folder == parts[1] == "features" and len(parts) > 3 and target.count("/") > 1 and target.split("/")[1] != parts[2]:
                problems.append(f"{name}: features do not know each other's insides: {target}")
    return problems


def check_sql_stands_in_sql(_) -> list[str]:
    return [f"{relative(path)}:{number}: SQL text belongs in sql/"
            for path in code_files() if relative(path).startswith(("core/", "ngx_module/"))
            for number, line in enumerate(path.read_text().splitlines(), 1) if SQL_TEXT.search(line)]


def check_lengths(_) -> list[str]:
    files = [*code_files(), *tracked("*.py", "*.ts", "*.tsx", "*.sql", "*.sh", "*.css")]
    counted = ((path, len(path.read_text().splitlines())) for path in files)
    return [f"{relative(path)}: {lines} lines; which part belongs elsewhere?" for path, lines in counted if lines > MAXIMUM_LINES]


def check_leftovers(_) -> list[str]:
    problems = []
    for path in [*code_files(), *tracked("*.py", "*.ts", "*.tsx", "*.sql", "*.mjs")]:
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"\b(TODO|FIXME|XXX)\b|GTEST_SKIP|pytest\.skip|mark\.(skip|xfail)|\b(test|it|describe)\.(skip|only)\(", line):
                problems.append(f"{relative(path)}:{number}: {line.strip()}")
    return problems


def check_scripts(_) -> list[str]:
    problems = []
    for path in [ROOT / "dev", ROOT / ".ci/run", *tracked("*.sh")]:
        passed, output = output_of(["bash", "-n", str(path)])
        if not passed or not os.access(path, os.X_OK):
            problems.append(f"{relative(path)}: {output or 'is not executable'}")
    for path in tracked("*.py"):
        try:
            ast.parse(path.read_text(), str(path))
        except SyntaxError as error:
            problems.append(f"{relative(path)}: {error}")
    return problems


def links_in(path: Path) -> list[tuple[Path, str]]:
    """Files of the repository that a document links to, with the anchor."""
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target and not target.startswith("mailto:")]
    parts = [target.partition("#") for target in targets]
    return [((path.parent / file).resolve() if file else path, anchor) for file, _, anchor in parts]


def anchors_of(path: Path) -> set[str]:
    """Of the headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    titles = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def check_links(_) -> list[str]:
    problems = []
    for path in tracked("*.md"):
        for target, anchor in links_in(path):
            if not target.exists():
                problems.append(f"{relative(path)}: nothing stands at {target.name}")
            elif anchor and target.suffix == ".md" and anchor not in anchors_of(target):
                problems.append(f"{relative(path)}: {target.name} has no heading for #{anchor}")
    return problems


def check_pages_are_found(_) -> list[str]:
    """Every page of docs/ is reached by links from docs/README.md."""
    found, waiting = set(), [ROOT / "docs/README.md"]
    while waiting:
        page = waiting.pop()
        if page not in found:
            found.add(page)
            waiting += [target for target, _ in links_in(page) if target.suffix == ".md" and target.exists()]
    return [f"{relative(path)}: no way leads here from docs/README.md" for path in tracked("docs/*.md") if path not in found]


def check_commands_in_documents(_) -> list[str]:
    known = set(re.findall(r"^ *([a-z]+)\) *## ", (ROOT / "dev").read_text(), re.MULTILINE))
    return [f"{relative(path)}: ./dev has no command '{command}'" for path in tracked("*.md")
            for command in re.findall(r"\./dev ([a-z]+)", path.read_text()) if command not in known]


def check_openapi(_) -> list[str]:
    problems = []
    for path in tracked("docs/openapi.yaml", "docker/compose.yaml"):
        try:
            yaml.safe_load(path.read_text())
        except yaml.YAMLError as error:
            problems.append(f"{relative(path)}: {error}")
    return problems


def check_directives_documented(_) -> list[str]:
    """Every directive and variable that the module declares is explained, and every directive that conf/ uses exists."""
    sources = "\n".join(path.read_text() for path in tracked("ngx_module/*.cpp", "ngx_module/*.c", "ngx_module/*.hpp"))
    declared = set(re.findall(r'ngx_string\("(portal\w*)"\)', sources))
    documented = "".join((ROOT / "docs" / name).read_text() for name in ("directives.md", "variables.md"))
    problems = [f"docs/directives.md and docs/variables.md do not explain {name}" for name in sorted(declared) if not re.search(rf"\b{name}\b", documented)]
    used = {found for path in tracked("conf/*.conf") for found in re.findall(r"^\s*(portal\w*)[ ;]", path.read_text(), re.MULTILINE)}
    return problems + [f"conf/ uses {name}, which the module does not declare" for name in sorted(used - declared) if declared]


def check_web(_) -> list[str]:
    if not (ROOT / "web/package.json").exists() or '"lint"' not in (ROOT / "web/package.json").read_text():
        return []
    passed, output = output_of(["npm", "run", "--silent", "lint", "--prefix", "web"])
    return [] if passed else output.splitlines()[-40:]


def check_lock_file(_) -> list[str]:
    """npm 9 of Debian 12 cannot compare a tag with the versions of package.json's overrides, and says then that there is no lock file."""
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    return [f"web/package-lock.json: {name} asks for {other} as \"{wanted}\"; write the version that is locked"
            for name, package in lock["packages"].items() for other, wanted in package.get("dependencies", {}).items() if wanted in ("latest", "next")]


CHECKS = {
    "format of C and C++": check_format,
    "clang-tidy": check_tidy,
    "who includes whom": check_includes,
    "SQL stands in sql/": check_sql_stands_in_sql,
    "lengths of files": check_lengths,
    "nothing left over": check_leftovers,
    "scripts": check_scripts,
    "links in documents": check_links,
    "pages are found": check_pages_are_found,
    "commands in documents": check_commands_in_documents,
    "YAML": check_openapi,
    "directives": check_directives_documented,
    "lock file": check_lock_file,
    "pages": check_web,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev lint", description="Format, clang-tidy, the rules of the house, documentation.")
    parser.add_argument("--changed", metavar="REVISION", help="clang-tidy only for files that differ from this revision")
    options = parser.parse_args()
    failed = 0
    for name, check in CHECKS.items():
        problems = check(options)
        print(f"{name:24} {'passed' if not problems else 'failed'}", flush=True)
        print("".join(f"    {problem}\n" for problem in problems), end="")
        failed += bool(problems)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
