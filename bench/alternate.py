"""Measures Tributary's training steps and those of transformers and peft in turns. Called by bench/run."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

import report
from turns import Side

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peer"))
from rows import Rows  # noqa: E402

HOME = pathlib.Path(__file__).resolve().parent.parent
BENCH = HOME / "bench"
CLASS_PATH = "target/classes:target/test-classes:target/spark-home/jars/*"
# The environment and the heap that jobs/submit gives a driver.
OURS = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "MALLOC_ARENA_MAX": "2",
    "DJL_OFFLINE": "true",
    "OPT_OUT_TRACKING": "true",
}
# Active waiting costs the peer much where anything else runs; nothing is downloaded.
PEER = {"OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
LR = 1e-4
WARMUP = 2
LARGEST_LOSS_DIFFERENCE = {"float32": 1e-4, "bfloat16": 2e-2}
# Two tokens may be equally likely but for rounding; all tokens after them differ, too.
SMALLEST_SHARE_OF_EQUAL_TOKENS = 0.95


def java(main, *arguments):
    log = f"-Dlog4j2.configurationFile=file:{HOME}/conf/log4j2.properties"
    return ["java", "-Xmx4g", log, "-cp", CLASS_PATH, f"org.tributary.bench.{main}", *map(str, arguments)]


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="names or beginnings of names; all if none")
    parser.add_argument("--pairs", type=int, default=5, help="turns of each side (5)")
    parser.add_argument("--quick", action="store_true", help="two short turns, to see that it works")
    parser.add_argument("--threads", type=int, default=2, help="threads of each side (2)")
    parser.add_argument("--data", type=pathlib.Path, default=HOME / "data", help="folder of the real rows (data)")
    parser.add_argument(
        "--minilm",
        type=pathlib.Path,
        default=HOME / "models/all-MiniLM-L6-v2",
        help="all-MiniLM-L6-v2, for its tokenizer (models/all-MiniLM-L6-v2)",
    )
    parser.add_argument(
        "--work", type=pathlib.Path, default=HOME / "target/bench", help="folder to work in (target/bench)"
    )
    parser.add_argument("--write", action="store_true", help="writes the tables into docs/benchmarks.md")
    parser.add_argument("--note", default="", help="a sentence for the tables, such as what else ran on the machine")
    parser.add_argument("--list", action="store_true", help="lists the cases")
    return parser.parse_args()


def missing(args, case):
    """The files of a case's rows that are not there."""
    needed = {
        "wordnet": [args.data / "wordnet/train.parquet", args.minilm / "tokenizer.json"],
        "medquad": [args.data / "medquad.jsonl.gz", args.minilm / "tokenizer.json"],
        "images": [args.data / "brain-tumor-64.zip"],
    }
    return [str(file) for file in needed.get(case["rows"], []) if not file.exists()]


def chosen(args, cases):
    """The cases to run. A case that was named must have its files."""
    found = []
    for case in cases:
        if args.cases and not any(case["name"].startswith(name) for name in args.cases):
            continue
        without = missing(args, case)
        if without and args.cases:
            wrong(f"{case['name']} needs {' and '.join(without)}; see bench/README.md")
        if without:
            print(f"left out: {case['name']} needs {' and '.join(without)}", file=sys.stderr)
        else:
            found.append(case)
    if not found:
        wrong(f"no case is named {' or '.join(args.cases)}; see bench/run --list")
    return found


def wrong(message):
    print(f"bench/run: {message}", file=sys.stderr)
    sys.exit(2)


def prepared(args, cases, models):
    """Writes each case's folder: what both sides read."""
    folders = {}
    for case in cases:
        folder = args.work / case["name"]
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "model").mkdir(parents=True)
        config = dict(models[case["model"]])
        (folder / "model/config.json").write_text(json.dumps(config))
        (folder / "case.json").write_text(json.dumps(case))
        folders[case["name"]] = folder
    command = java("PrepareCases", args.data, args.minilm, *folders.values())
    subprocess.run(command, cwd=HOME, env={**os.environ, **OURS}, check=True)
    return folders


def measure(folder, case):
    """All turns of a case: {side: {"turns": [...], "gflops": [...]}}."""
    generates = case["rows"] == "prompts"
    python = [sys.executable, str(BENCH / "peer" / ("generate.py" if generates else "step.py")), str(folder)]
    commands = {"ours": java("GenerationCost" if generates else "StepCost", folder), "peer": python}
    if case["rows"] in ("wordnet", "medquad"):
        commands["grouped"] = [*python, "--grouped"]
    if "precision" in case:
        commands["float32"] = java("StepCost", folder, "float32")
    sides = {}
    for name, command in commands.items():
        environment = {**os.environ, **(OURS if name in ("ours", "float32") else PEER)}
        sides[name] = Side(command, folder / f"{name}.log", environment)
    found = {name: {"warmup": side.answer(), "turns": [], "gflops": []} for name, side in sides.items()}
    check(case, {name: side["warmup"] for name, side in found.items()})
    for _ in range(case["pairs"]):
        for name, side in sides.items():
            found[name]["turns"].append(side.ask(case["turn"]))
    for _ in range(3):
        for name in ("ours", "peer"):
            found[name]["gflops"].append(sides[name].ask("gemm")["gflops"])
    for side in sides.values():
        side.end()
    return found


def check(case, warmup):
    """Both sides must compute the same: losses of the first step, or tokens."""
    if case["rows"] == "prompts":
        ours, peer = (report.until_end(case, warmup[side]["made"]) for side in ("ours", "peer"))
        equal = sum(a == b for a, b in zip(ours, peer, strict=True)) / len(ours)
        if equal < SMALLEST_SHARE_OF_EQUAL_TOKENS:
            sys.exit(f"{case['name']}: the sides do not compute the same: {equal:.0%} of the tokens are equal")
        return
    losses = {name: answer["losses"][0] for name, answer in warmup.items()}
    most = LARGEST_LOSS_DIFFERENCE[case.get("precision", "float32")]
    if not max(losses.values()) - min(losses.values()) <= most:
        sys.exit(f"{case['name']}: the sides do not compute the same: losses of the first step {losses}")


def measured(folder, case):
    found = measure(folder, case)
    (folder / "found.json").write_text(json.dumps(found))
    config = json.loads((folder / "model/config.json").read_text())
    return report.Result(case, config, found, lengths(folder, case))


def lengths(folder, case):
    """Of each timed step: the real positions of its rows, and the positions that count in the loss."""
    if case["rows"] == "prompts":
        return []
    rows = Rows(folder)
    if rows.ids is None:
        return [([case["length"]] * case["batch"], None)] * (case["steps"] - WARMUP)
    found = []
    for batch in rows.batches[WARMUP:]:
        counted = None
        if len(rows.labels) == len(rows.ids):
            # The first position of a row is never a target.
            counted = sum(int((rows.labels[rows.begin(r) + 1 : rows.ends[r]] >= 0).sum()) for r in batch)
        found.append(([rows.length(row) for row in batch], counted))
    return found


def main():
    args = arguments()
    described = json.loads((BENCH / "cases.json").read_text())
    all_cases = described["steps"] + described["generation"]
    if args.list:
        print("\n".join(c["name"] for c in all_cases))
        return
    cases = chosen(args, all_cases)
    pairs = 2 if args.quick else args.pairs
    for case in cases:
        case["turn"] = 1 if args.quick else case.get("turn", 1)
        case.update(threads=args.threads, warmup=WARMUP, lr=LR, pairs=pairs, steps=WARMUP + pairs * case["turn"])
    folders = prepared(args, cases, described["models"])
    results = []
    for case in cases:
        results.append(measured(folders[case["name"]], case))
        print(results[-1].line(), file=sys.stderr, flush=True)
    command = " ".join(["bench/run", *args.cases, *(["--quick"] if args.quick else ["--pairs", str(args.pairs)])])
    lines = report.section(HOME, command, args.note, results)
    (args.work / "section.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    if args.write:
        report.write(HOME / "docs/benchmarks.md", lines)


if __name__ == "__main__":
    main()
