"""Measures whole runs of jobs/wordnet-demo.yaml and of peer/federated.py in turns. Called by bench/federated/run."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import pyarrow.parquet
import report

HOME = pathlib.Path(__file__).resolve().parent.parent
WORK = HOME / "target/bench/federated"
MODEL, DATA = "models/all-MiniLM-L6-v2", "data-partitions/wordnet"
BEGIN, END = "<!-- bench/federated/run writes from here -->", "<!-- bench/federated/run writes to here -->"
PEER = {"OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}


def arguments():
    parser = argparse.ArgumentParser(prog="bench/federated/run", description=__doc__)
    parser.add_argument("--pairs", type=int, default=3, help="whole runs of each side (3)")
    parser.add_argument("--rounds", type=int, default=6, help="rounds of each of the five variants (6)")
    parser.add_argument("--steps", type=int, default=6, help="steps of a client in a round (6)")
    parser.add_argument("--write", action="store_true", help="writes the table into docs/benchmarks.md")
    parser.add_argument("--note", default="", help="a sentence for the table, such as what else ran on the machine")
    return parser.parse_args()


def prepare():
    """What jobs/demo does before it compares; does not repeat finished work."""
    for master, *job in (
        ("local", "import-minilm", MODEL),
        ("local", "import-wordnet", "data/wordnet", "--validation", "0.025", "--test", "0.025"),
        ("local[2]", "partition", "jobs/wordnet-partition.yaml"),
    ):
        subprocess.run(["jobs/submit", master, *job], cwd=HOME, check=True, stdout=subprocess.DEVNULL)


def timed(command, log, environment=None):
    """Seconds and peak memory of a command and its children."""
    begin = time.perf_counter()
    errors = log.with_suffix(".errors")
    with open(log, "w") as out, open(errors, "w") as err:
        process = subprocess.Popen(command, cwd=HOME, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{errors.read_text()[-3000:]}")
    return {"seconds": time.perf_counter() - begin, "peak": usage.ru_maxrss * 1024}


def ours(args):
    out = WORK / "ours"
    shutil.rmtree(out, ignore_errors=True)
    sets = f"common=[rounds={args.rounds},client.steps={args.steps},evaluate.start=true,evaluate.every=1,"
    sets += 'evaluate.rows=400,"evaluate.parts=[validation,test]"]'
    command = ["jobs/submit", "local[2]", "compare", "jobs/wordnet-demo.yaml", "--set", f"out={out}", "--set", sets]
    found = timed(command, WORK / "ours.log")
    rows = pyarrow.parquet.read_table(out / "tables/clients").to_pylist()
    scores = pyarrow.parquet.read_table(out / "tables/evals").to_pylist()
    found["bytes_up"] = sum(row["bytes_up"] for row in rows)
    last = [row["accuracy"] for row in scores if row["round"] == args.rounds and row["part"] == "test"]
    return {**found, "accuracy": last}


def peer(args):
    command = [sys.executable, "bench/peer/federated.py", "--model", MODEL, "--data", DATA]
    command += ["--rounds", str(args.rounds), "--steps", str(args.steps)]
    log = WORK / "peer.log"
    found = timed(command, log, {**os.environ, **PEER})
    variants = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    found["bytes_up"] = sum(variant["bytes_up"] for variant in variants)
    return {**found, "accuracy": [variant["accuracy"][1] for variant in variants], "variants": variants}


def table(results):
    lines = ["| | seconds | bytes up, MB | peak memory, MB | mean accuracy of the variants |", "|---|---|---|---|---|"]
    for name, title in (("ours", "Tributary"), ("peer", "plain loop")):
        found = [pair[name] for pair in results]
        lines.append(
            f"| {title} | {report.spread([f['seconds'] for f in found], 1)} | {found[0]['bytes_up'] / 1e6:,.0f}"
            f" | {max(f['peak'] for f in found) / 1e6:,.0f} | {statistics.mean(found[0]['accuracy']):.3f} |"
        )
    ratios = [pair["ours"]["seconds"] / pair["peer"]["seconds"] for pair in results]
    return [*lines, "", f"Seconds, ours to the peer's, pair by pair: {report.spread(ratios, 2)}."]


def main():
    args = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    prepare()
    results = []
    for _ in range(args.pairs):
        results.append({"ours": ours(args), "peer": peer(args)})
        print({name: round(found["seconds"], 1) for name, found in results[-1].items()}, file=sys.stderr, flush=True)
    (WORK / "found.json").write_text(json.dumps(results))
    lines = [report.head(HOME, 2, args.note)]
    lines.append(f"Five variants of {args.rounds} rounds, four clients of {args.steps} steps of 16 rows.")
    lines += ["", *table(results)]
    print("\n".join(lines))
    if args.write:
        report.write(HOME / "docs/benchmarks.md", lines, BEGIN, END)


if __name__ == "__main__":
    main()
