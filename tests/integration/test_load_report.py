"""./dev load, once and short: it runs, and its report has the form that scripts read. The figures of so short a run mean nothing."""

import json
import subprocess

from support import places


def test_the_report_has_its_form(tmp_path):
    report_file = tmp_path / "report.json"
    subprocess.run(["/usr/bin/python3", "tests/load/run.py", "--rounds", "1", "--seconds", "1", "--jobs", "3000", "--sessions", "100", "--imported", "2000", "--reads", "100", "--report", report_file], cwd=places.ROOT,
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120)
    report = json.loads(report_file.read_text())
    assert report["jobs"] == 3000
    assert {"jobs_uncached/static", "jobs_uncached/pgbench", "jobs_redis_session/jobs_uncached", "read_p99_under_login_flood/read_p99",
            "file_download/nginx_file", "guarded_file/file"} <= {entry["name"] for entry in report["ratios"]}
    assert {"worker_mb_over_plain_nginx", "suspended_request_kb"} <= {entry["name"] for entry in report["figures"]}
    for entry in report["figures"] + report["ratios"]:
        assert entry["rounds"] == 1 and 0 < entry["min"] <= entry["median"] <= entry["max"]
    assert set(report["profile"]) == {"jobs_uncached", "pgbench", "file_download", "nginx_file"}
    spent = {name: {who: sum(times) for who, times in each.items()} for name, each in report["profile"].items()}
    assert all(each["client"] > 0 for each in spent.values())
    assert spent["jobs_uncached"]["worker"] > 0 < spent["jobs_uncached"]["PostgreSQL"] and spent["pgbench"]["PostgreSQL"] > 0
