"""The gate that every other test relies on catches what it is there for."""

import os
import signal
import time

import pytest

from support.log_gate import LogGate, faults_in

LEAK_OF_NGINX = """
=================================================================
==10==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 72 byte(s) in 1 object(s) allocated from:
    #0 0x7f in malloc (/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.so+0x109a4f)
    #1 0x56 in ngx_alloc (/usr/sbin/nginx+0x4ccfe)
    #2 0x56 in ngx_regex_compile (/usr/sbin/nginx+0x61922)
    #3 0x56 in main (/usr/sbin/nginx+0x253ad)

SUMMARY: AddressSanitizer: 72 byte(s) leaked in 1 allocation(s).
"""
LEAK_OF_OURS = LEAK_OF_NGINX.replace("ngx_regex_compile (/usr/sbin/nginx+0x61922)", "portal::Worker::start() /src/core/worker.cpp:7:61")
LEAK_WITHOUT_NAMES = LEAK_OF_NGINX.replace("ngx_regex_compile (/usr/sbin/nginx+0x61922)",
                                           "(/src/build/check/ngx_module/ngx_http_portal_module.so+0x11)")
LEAK_WHILE_SERVING = LEAK_OF_NGINX.replace("ngx_regex_compile", "ngx_process_events_and_timers")


def test_leaks_are_told_apart():
    assert faults_in(LEAK_OF_NGINX) == []
    assert any("portal::Worker::start" in line for line in faults_in(LEAK_OF_OURS))
    assert faults_in(LEAK_WITHOUT_NAMES)
    assert faults_in(LEAK_WHILE_SERVING)
    assert faults_in("==1==ERROR: AddressSanitizer: heap-use-after-free")
    assert faults_in("core/x.cpp:1:2: runtime error: signed integer overflow")


@pytest.mark.parametrize("line", ["2026/11/22 14:00:00 [alert] 1#1: worker process 2 exited on signal 11", "[emerg] 1#1: x", "[crit] 1#1: x"])
def test_alarming_lines_are_found_once(tmp_path, line):
    log = tmp_path / "error.log"
    log.write_text("2026/11/22 14:00:00 [notice] 1#1: start\n" + line + "\n")
    gate = LogGate(log, tmp_path)
    assert gate.alarms() == [line]
    assert gate.alarms() == []


def test_a_sanitizer_report_is_found(tmp_path):
    (tmp_path / "sanitizer.123").write_text(LEAK_OF_OURS)
    assert LogGate(tmp_path / "error.log", tmp_path).alarms()


def test_a_killed_worker_is_found(make_site):
    site = make_site(demo=False, workers=1)
    os.kill(site.nginx.workers()[0], signal.SIGKILL)
    deadline = time.monotonic() + 5
    alarms = []
    while not alarms and time.monotonic() < deadline:
        alarms = site.nginx.alarms()
        time.sleep(0.02)
    assert any("exited on signal 9" in line for line in alarms)
