"""./dev load, once and short: it runs, and its report has the form that scripts read. The figures of so short a run mean nothing."""

import json
import os
import re
import subprocess

from support import places


def may_have_hosts() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "--net", "true"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def test_the_report_has_its_form(tmp_path):
    report_file = tmp_path / "report.json"
    subprocess.run(["/usr/bin/python3", "tests/load/run.py", "--rounds", "1", "--seconds", "1", "--jobs", "3000", "--sessions", "100", "--imported", "2000", "--reads", "100",
                    "--edge-rate", "500", "--own-reads", "200", "--commits", "20", "--cache-mb", "1", "--streams", "60", "--report", report_file], cwd=places.ROOT,
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=240)
    report = json.loads(report_file.read_text())
    assert report["jobs"] == 3000
    assert {"jobs_uncached/static", "jobs_uncached/pgbench", "jobs_redis_session/jobs_uncached", "read_p99_under_login_flood/read_p99",
            "file_download/nginx_file", "guarded_file/file", "jobs_cached/static", "jobs_cached/return", "jobs_304/return", "jobs_cached_p99/static_p99"} <= {entry["name"] for entry in report["ratios"]}
    figures = {entry["name"]: entry for entry in report["figures"]}
    assert {"worker_mb_over_plain_nginx", "suspended_request_kb", "commit_to_fresh_p99_ms", "commit_to_fresh_at_rate_p99_ms", "own_stale_reads", "own_reads_from_memory", "stream_kb_over_plain_nginx",
            "cache_entry_overhead_bytes", "worker_mb_over_cache_and_plain_nginx"} <= figures.keys()
    # What a figure was made of stands beside it.
    assert "lists a second" in figures["commit_to_fresh_p99_ms"]["note"]
    where = "in two network namespaces" if may_have_hosts() else "on one host, because of: "
    told = re.match(rf"of (\d+) reads, (\d+) of them answered from memory; two nginx of two workers each, {where}", figures["own_stale_reads"]["note"])
    assert told, figures["own_stale_reads"]
    assert figures["own_reads_from_memory"]["median"] == int(told[2]) <= int(told[1])
    for entry in report["figures"] + report["ratios"]:
        least = 0 if entry["name"] == "own_stale_reads" else 1e-9
        assert entry["rounds"] == 1 and least <= entry["min"] <= entry["median"] <= entry["max"]
    assert set(report["profile"]) == {"jobs_uncached", "pgbench", "file_download", "nginx_file"}
    spent = {name: {who: sum(times) for who, times in each.items()} for name, each in report["profile"].items()}
    assert all(each["client"] > 0 for each in spent.values())
    assert spent["jobs_uncached"]["worker"] > 0 < spent["jobs_uncached"]["PostgreSQL"] and spent["pgbench"]["PostgreSQL"] > 0
