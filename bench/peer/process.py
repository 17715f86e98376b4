"""What both sides of a comparison say and measure: see bench/turns.py."""

import json
import os
import pathlib
import sys
import time

import torch

GEMM = 2048


def settings(threads):
    """The fastest settings for a CPU that do not change the result."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)


def status(key):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) * 1024
    return 0


def reset_peak():
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def say(**line):
    print("turn", json.dumps(line), flush=True)


def asked():
    line = sys.stdin.readline().strip()
    if not line:
        os._exit(1)
    return line


def answer_gemm():
    """Measures products of square float32 matrices as long as they are asked for."""
    while asked() == "gemm":
        a, b = torch.randn(GEMM, GEMM), torch.randn(GEMM, GEMM)
        a @ b
        begin = time.perf_counter()
        a @ b
        say(gflops=2 * GEMM**3 / (time.perf_counter() - begin) / 1e9)
