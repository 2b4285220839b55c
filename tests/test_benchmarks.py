"""Benchmarks run: nobody who watches misses anything, and a phone is measured. Their figures here say nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from parts import absent

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
PUSH, PHONE = FOLDER / "push.py", FOLDER / "phone.py"
SERVERS = ("floor", "ours")


def test_every_broadcast_reaches_every_viewer_once() -> None:
    if sys.platform != "linux" or not (shutil.which("gcc") and shutil.which("taskset")):
        absent("gcc", "the benchmark's client is compiled with gcc, and processes are put on cores with taskset")
    amounts = [
        "--viewers=40",
        "--stalled=0",
        "--state=1500",
        "--state=12000z",
        "--rounds=1",
        "--broadcasts=5",
        "--pace=50",
    ]
    ended = subprocess.run(
        [sys.executable, PUSH, *amounts, *(f"--server={name}" for name in SERVERS), "--no-alone", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
        env={key: value for key, value in os.environ.items() if not key.startswith("SCOREBOARD_")},
    )
    for case in json.loads(ended.stdout.splitlines()[-1])["cases"]:
        told = {
            name: [figures[key] for key in ("missed", "faults", "closed")] for name, figures in case["servers"].items()
        }
        assert told == {name: [0, 0, 0] for name in SERVERS}


def test_a_phone_is_measured(chromium: str) -> None:
    ended = subprocess.run(
        [sys.executable, PHONE, f"--chromium={chromium}", "--rounds=1", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=180,
        env={key: value for key, value in os.environ.items() if not key.startswith("SCOREBOARD_")},
    )
    figures = json.loads(ended.stdout.splitlines()[-1])
    kinds = {"fcp_near", "fcp_far", "usable_near", "usable_far", "bytes", "offline", "tap_p95_ms", "ack_p95_ms"}
    assert {name for name, value in figures.items() if value > 0} == kinds
