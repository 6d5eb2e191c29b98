"""docs/monitoring, held against the metrics that a running nginx prints: names, labels and values of the alerts, of the dashboard and of the list."""

import json
import re

import pytest
import yaml

from support import documents, exposition, places
from support.exposition import Family
from support.people import COOKIE
from support.signing_in import sign_in

FOLDER = "docs/monitoring"
METRICS = "location = /metrics { access_log off; portal_metrics; }"
SELECTOR = re.compile(r"\b(portal_[a-z_]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!=|!~|=)"([^"]*)"')
# Prometheus' own, of the place that was asked.
OF_THE_PLACE = {"instance", "job"}


@pytest.fixture(scope="module")
def families(shared_site) -> dict[str, Family]:
    nginx = shared_site.make_nginx("figures", workers=1, server_extra=METRICS)
    with nginx:
        client = nginx.client("brightwater.localhost")
        client.cookies[COOKIE] = sign_in(shared_site, "brightwater").cookies[COOKIE]
        assert client.get("/api/v1/jobs").status == 200
        return exposition.parse(nginx.client().get("/metrics").text)


def values_of(family: Family, label: str) -> set[str]:
    return {value for _, labels in family.samples for name, value in labels if name == label}


def wrong_in(expression: str, families: dict[str, Family]) -> list[str]:
    """What of an expression no worker tells: a metric, one of its labels, a label's value."""
    problems = []
    for name, selector in SELECTOR.findall(expression):
        base = next((name.removesuffix(suffix) for suffix in ("", "_bucket", "_sum", "_count") if name.removesuffix(suffix) in families
                     and (not suffix or families[name.removesuffix(suffix)].kind == "histogram")), None)
        if base is None:
            problems.append(f"no metric {name}")
            continue
        if families[base].kind == "histogram" and base == name:
            problems.append(f"{name} is a histogram")
        for label, operator, value in MATCHER.findall(selector):
            if label in OF_THE_PLACE:
                continue
            known = values_of(families[base], label)
            if not known:
                problems.append(f"{name} has no label {label}")
            elif missing := set(value.split("|") if "~" in operator else [value]) - known:
                problems.append(f"{name}: {label} is never {sorted(missing)}")
    counters = re.findall(r"(?:rate|increase)\((portal_[a-z_]+)", expression)
    problems += [f"{name} does not only rise" for name in counters if name in families and families[name].kind == "gauge"]
    return problems


def grouped(expression: str) -> set[str]:
    return {word.strip() for found in re.findall(r"by \(([^)]*)\)", expression) for word in found.split(",")} - OF_THE_PLACE - {"le"}


@pytest.mark.parametrize("expression, found", [
    ("portal_ready == 0", None), ("portal_redy == 0", "no metric"), ('rate(portal_responses_total{class="5xx"}[5m])', None),
    ('rate(portal_responses_total{class="5XX"}[5m])', "never"), ('portal_responses_total{klass="5xx"}', "no label"), ("rate(portal_ready[5m])", "only rise"),
    ('rate(portal_request_duration_seconds_bucket{class="read"}[5m])', None), ("portal_request_duration_seconds > 1", "histogram"), ("portal_ready_sum", "no metric"),
    ('portal_throttled_total{limit=~"login|logins"}', "never"),
])
def test_a_wrong_expression_is_noticed(families, expression, found):
    """The control."""
    problems = wrong_in(expression, families)
    assert (not problems) if found is None else found in problems[0]


def test_the_list_has_every_metric(families):
    listed = re.findall(r"^\| `(portal_\w+)(?:\{([^}]*)\})?` \| (\w+) \|", documents.text_of(f"{FOLDER}/README.md"), re.MULTILINE)
    assert len({name for name, _, _ in listed}) == len(listed)
    assert {name for name, _, _ in listed} == set(families)
    for name, labels, kind in listed:
        known = {label for _, pairs in families[name].samples for label, _ in pairs} - {"le"}
        assert (set(filter(None, labels.split(","))), kind) == (known, families[name].kind), name


def test_alerts(families):
    rules = [rule for group in yaml.safe_load(documents.text_of(f"{FOLDER}/alerts.yaml"))["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 8
    for rule in rules:
        assert not wrong_in(rule["expr"], families), rule["alert"]
        assert rule["labels"]["severity"] in ("critical", "warning") and set(rule["annotations"]) == {"summary", "runbook"}
        page, _, heading = rule["annotations"]["runbook"].partition("#")
        assert not heading or heading in headings_of(page), rule["annotations"]["runbook"]


def headings_of(page: str) -> set[str]:
    """Their anchors, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", documents.text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_dashboard(families):
    dashboard = json.loads((places.ROOT / FOLDER / "grafana-dashboard.json").read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 20
    used: set[str] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for target in panel.get("targets", []):
            expression = target["expr"]
            assert not wrong_in(expression, families), (panel["title"], wrong_in(expression, families))
            names = {name for name, _ in SELECTOR.findall(expression)}
            used |= names
            legend = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) - OF_THE_PLACE
            assert legend <= grouped(expression), (panel["title"], legend)
    cells = [(x, y) for panel in panels for place in [panel["gridPos"]] for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])]
    assert len(set(cells)) == len(cells), "panels lie over each other"
    shown = {name.removesuffix("_bucket") for name in used}
    assert not set(families) - shown, "nobody sees these"
