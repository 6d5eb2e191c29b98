"""A strict reader of Prometheus' text format (version 0.0.4). Whatever it does not expect is an error."""

import math
import re
from dataclasses import dataclass, field

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? ([0-9.eE+-]+|\+Inf|NaN)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}

Labels = tuple[tuple[str, str], ...]


@dataclass
class Family:
    kind: str
    help: str
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)


def _labels(text: str | None) -> Labels:
    if text is None:
        return ()
    found = LABEL.findall(text)
    assert "".join(f'{name}="{value}",' for name, value in found) == text.rstrip(",") + ",", f"labels: {text}"
    assert len({name for name, _ in found}) == len(found), f"a label twice: {text}"
    return tuple(sorted(found))


def _check_histogram(name: str, family: Family) -> None:
    rows: dict[Labels, list[tuple[float, float]]] = {}
    for (suffix, labels), value in family.samples.items():
        if suffix == "_bucket":
            bound = dict(labels)["le"]
            rows.setdefault(tuple(label for label in labels if label[0] != "le"), []).append((float(bound.replace("+Inf", "inf")), value))
    assert rows, f"{name} has no buckets"
    for labels, buckets in rows.items():
        assert buckets == sorted(buckets), f"{name}: the buckets are not in order, or not cumulative: {buckets}"
        assert buckets[-1] == (math.inf, family.samples["_count", labels]), f"{name}: +Inf is not the count"
        assert ("_sum", labels) in family.samples


def parse(text: str) -> dict[str, Family]:
    assert text.endswith("\n")
    families: dict[str, Family] = {}
    helps: dict[str, str] = {}
    current = ""
    for line in text[:-1].split("\n"):
        if found := re.fullmatch(rf"# HELP ({NAME}) (\S.*)", line):
            assert found[1] not in helps, f"{found[1]} has two helps"
            helps[found[1]] = found[2]
            continue
        if found := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line):
            current = found[1]
            assert current in helps and current not in families, f"{current}: help, then type, then samples, once"
            families[current] = Family(found[2], helps[current])
            continue
        found = SAMPLE.fullmatch(line)
        assert found, f"no line of this format: {line!r}"
        family = families[current]
        suffix = found[1].removeprefix(current)
        assert found[1].startswith(current) and suffix in SUFFIXES[family.kind], f"{found[1]} stands among those of {current}"
        key = (suffix, _labels(found[2]))
        assert key not in family.samples, f"twice: {line}"
        value = float(found[3])
        assert math.isfinite(value) and value >= 0, line
        family.samples[key] = value
    for name, family in families.items():
        assert name.startswith("portal_") and family.samples, name
        assert name.endswith("_total") == (family.kind == "counter"), f"{name} is a {family.kind}"
        if family.kind == "histogram":
            _check_histogram(name, family)
    return families


def value_of(families: dict[str, Family], name: str, suffix: str = "", **labels: str) -> float:
    return families[name].samples[suffix, tuple(sorted(labels.items()))]
