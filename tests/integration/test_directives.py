"""docs/directives.md and docs/variables.md say what the module's tables say: names, contexts, numbers of arguments, defaults."""

import re

import pytest

from support.places import ROOT

SOURCES = {name: (ROOT / "ngx_module" / name).read_text() for name in ("configuration.cpp", "describe.cpp", "directives.cpp", "variables.cpp")}
CONTEXTS = {"NGX_HTTP_MAIN_CONF": "http", "NGX_HTTP_SRV_CONF": "server", "NGX_HTTP_LOC_CONF": "location"}
ARGUMENTS = {"NGX_CONF_NOARGS": {0}, "NGX_CONF_TAKE1": {1}, "NGX_CONF_FLAG": {1}, "NGX_CONF_TAKE12": {1, 2}, "NGX_CONF_TAKE123": {1, 2, 3}, "NGX_CONF_1MORE": {1, 2, 3, 9}}


def read_commands() -> dict[str, tuple[set, set]]:
    """The contexts and the numbers of arguments of each directive."""
    found = {}
    anywhere = re.search(r"kAnywhere = ([^;]+);", SOURCES["directives.cpp"])[1]
    table = SOURCES["directives.cpp"].partition("ngx_command_t commands[] = {")[2]
    for name, flags in re.findall(r'\{ngx_string\("(\w+)"\),\s*([\w\s|]+),', table):
        words = set(re.findall(r"NGX_\w+", flags.replace("kAnywhere", anywhere)))
        (arguments,) = [ARGUMENTS[word] for word in words if word in ARGUMENTS]
        assert words <= CONTEXTS.keys() | ARGUMENTS.keys(), (name, words)
        found[name] = {CONTEXTS[word] for word in words if word in CONTEXTS}, arguments
    return found


def read_defaults() -> dict[str, str]:
    """Of those that have one."""
    source = SOURCES["configuration.cpp"]
    flags = {"enabled": "portal", "cache": "portal_cache", "insecure_cookie": "portal_insecure_cookie", "security_headers": "portal_security_headers", "error_pages": "portal_error_pages"}
    defaults = {flags[field]: "on" if value == "1" else "off" for field, value in re.findall(r"merge_value\(child->(\w+), parent->\w+, ([01])\)", source)}
    defaults["portal_throttle"] = "on" if "ngx_conf_init_value(main->throttle, 1)" in source else "off"
    milliseconds = int(re.search(r"kDefaultHostRefresh = ([\d']+)", source)[1].replace("'", ""))
    defaults["portal_host_refresh"] = f"{milliseconds // 1000}s"
    defaults["portal_remembered_sessions"] = re.search(r"kDefaultRememberedSessions = ([\d']+)", source)[1].replace("'", "")
    defaults["portal_zone"] = re.search(r"kDefaultZone = (\d+)UL \* 1024 \* 1024", source)[1] + "m"
    defaults["portal_cache_size"] = re.search(r"kDefaultCache = (\d+)UL \* 1024 \* 1024", source)[1] + "m"
    defaults["portal_account"] = re.search(r"if \(conf->account\) return .*\n  // As (\$\w+), without looking", SOURCES["describe.cpp"])[1]
    assert "ngx_conf_merge_uint_value(child->auth, parent->auth, kAuthOff)" in source
    return {**defaults, "portal_auth": "off"}


def read_sections(document: str) -> dict[str, str]:
    parts = re.split(r"^### (\S+)\n", (ROOT / "docs" / document).read_text(), flags=re.MULTILINE)[1:]
    assert len(set(parts[::2])) == len(parts[::2])
    return dict(zip(parts[::2], parts[1::2]))


COMMANDS = read_commands()
SECTIONS = read_sections("directives.md")


def row(name: str, head: str) -> str:
    return re.search(rf"^\| {head} \| (.*) \|$", SECTIONS[name], re.MULTILINE)[1]


def test_all_directives_are_described():
    assert len(COMMANDS) > 15
    assert SECTIONS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_directive_is_described_as_it_is(name):
    contexts, arguments = COMMANDS[name]
    assert set(row(name, "Context").split(", ")) == contexts
    # At least and at most what the syntax says: alternatives side by side, what may be left out in brackets.
    syntax = re.fullmatch(rf"`{name}\s*(.*);`", row(name, "Syntax"))[1]
    counts = set()
    for alternative in syntax.split(r" \| "):
        needed = re.sub(r"\[[^\]]*\]", "", alternative).split()
        most = len(needed) + len(re.findall(r"\[", alternative))
        counts |= {len(needed), most}
    assert counts <= arguments and max(counts) >= min(max(arguments), 2) and min(counts) == min(arguments), (syntax, counts, arguments)
    default = read_defaults().get(name)
    assert row(name, "Default") == (f"`{name} {default};`" if default else "—")
    assert len(SECTIONS[name].split("|\n\n")[-1].strip()) > 20, "and what it does"


def test_the_smallest_values_are_those_of_the_code():
    source = SOURCES["directives.cpp"]
    assert row("portal_zone", "Smallest") == "`512k`" and "kSmallestZone = 512L * 1024" in source
    assert row("portal_cache_size", "Smallest") == "`1m`" and "kSmallestCache = 1024L * 1024" in source
    assert row("portal_host_refresh", "Shortest") == "`1s`" and "kShortestHostRefresh = 1'000" in source


def test_all_permissions_are_named():
    names = re.findall(r'"(\w+)"', re.search(r"kPermissionNames = \{([^}]+)\}", (ROOT / "core/access/permission.hpp").read_text())[1])
    assert all(f"`{name}`" in SECTIONS["portal_auth"] for name in names)


def test_all_variables_are_described():
    table = re.findall(r'\{ngx_string\("(\w+)"\), get_\w+', SOURCES["variables.cpp"])
    assert len(table) == 9
    sections = read_sections("variables.md")
    assert sections.keys() == {f"${name}" for name in table}
    for name, text in sections.items():
        assert re.search(r"[Ee]mpty", text), f"{name}: when it is empty"


def test_all_headers_are_described():
    names = re.findall(r'\{"(Portal-[\w-]+)", "(portal-[\w-]+)"\}', (ROOT / "ngx_module/passed_headers.cpp").read_text())
    guide = (ROOT / "docs/guard.md").read_text()
    assert len(names) == 6
    for key, lower in names:
        assert lower == key.lower() and f"`{key}`" in guide and f"`HTTP_{key.upper().replace('-', '_')}`" in guide and f"`{key}`" in SECTIONS["portal_auth"]
        assert f"`${lower.replace('-', '_')}`" in guide
