"""Every test also asserts that nginx found nothing alarming: no alert, no sanitizer report, whatever else passed."""

import re
from pathlib import Path

ALARMING = re.compile(r"\[(alert|emerg|crit)\]|ERROR: \w*Sanitizer|runtime error:|SUMMARY: \w*Sanitizer")
LINES_SHOWN = 40

# nginx drops its connection tables and the compile contexts of regular expressions at its end. A leak is ours when our
# code is on its stack, named or only by its library, or when it was made while the worker served.
OUR_LEAK = re.compile(r"\bportal::|ngx_http_portal_module|ngx_process_events_and_timers|ngx_thread_pool")


class LogGate:
    """Reads on in an error log from where it stopped, and reads the sanitizers' files beside it."""

    def __init__(self, error_log: Path, sanitizer_folder: Path):
        self._error_log = error_log
        self._sanitizer_folder = sanitizer_folder
        self._offset = 0

    def new_lines(self) -> list[str]:
        if not self._error_log.exists():
            return []
        with self._error_log.open("rb") as log:
            log.seek(self._offset)
            text = log.read()
        # A line that is still being written belongs to the next look.
        text = text[:text.rfind(b"\n") + 1]
        self._offset += len(text)
        return text.decode(errors="replace").splitlines()

    def alarms(self, allow: tuple[str, ...] = ()) -> list[str]:
        """What must not be there; `allow` holds patterns of alarms that a test provokes on purpose."""
        lines = [line for line in self.new_lines() if ALARMING.search(line)]
        found = [line for line in lines if not any(re.search(pattern, line) for pattern in allow)]
        for report in sorted(self._sanitizer_folder.glob("sanitizer.*")):
            found += faults_in(report.read_text(errors="replace"))[:LINES_SHOWN]
            report.rename(report.with_name("reported-" + report.name))
        return found

    def check(self, allow: tuple[str, ...] = ()) -> None:
        found = self.alarms(allow)
        assert not found, f"{self._error_log} has alarms:\n" + "\n".join(found)


def faults_in(report: str) -> list[str]:
    """The lines of a sanitizer's report without the leaks that are nginx's own."""
    if "ERROR: LeakSanitizer" not in report:
        return report.splitlines()
    blocks = re.split(r"\n(?=(?:Direct|Indirect) leak of )", report)
    return [line for block in blocks[1:] if OUR_LEAK.search(block) for line in block.splitlines()]
