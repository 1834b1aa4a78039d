"""Compares the peak memory of a short and a long build.

    memory.py DICTUM DATASET

In: the release binary and a dataset. Out: exit code 0 when 10,000 records stay below 50 MB and 1,000,000 records need at most 8 MB
more (the allocator's slack; ten bytes a record would be more), 1 otherwise. Only JSONL is written: no format may hold more than its row group.
"""

import os
import subprocess
import sys
import tempfile

FEW, MANY = 10_000, 1_000_000
MOST_BYTES = 50_000_000
SLACK_BYTES = 8_000_000


def peak(dictum, dataset, size):
    """Peak memory of one build in bytes: the greatest resident set that Linux saw."""
    with tempfile.TemporaryDirectory() as out:
        command = [dictum, "build", dataset, "--size", str(size), "--threads", "2", "--format", "jsonl", "--out", f"{out}/out", "--quiet"]
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0, command
    bytes_of = usage.ru_maxrss * 1024
    print(f"memory: {size:,} records of {dataset}: peak {bytes_of / 1e6:.1f} MB, {usage.ru_utime + usage.ru_stime:.1f} s of processor time")
    return bytes_of


def main():
    [dictum, dataset] = sys.argv[1:]
    few, many = peak(dictum, dataset, FEW), peak(dictum, dataset, MANY)
    assert few < MOST_BYTES, f"{FEW:,} records need {few:,} bytes, above {MOST_BYTES:,}"
    assert many < few + SLACK_BYTES, f"memory grows: {few:,} bytes for {FEW:,} records, {many:,} for {MANY:,}"


if __name__ == "__main__":
    main()
