"""The figures and tables of bench/run."""

import datetime
import pathlib
import platform
import statistics
import subprocess

import flops

TRAINED = {"full": "all weights", "lora": "LoRA r {rank}", "galore": "GaLore r {rank}"}
MODELS = {
    "minilm": "BERT d384 L6",
    "llama-288": "Llama d288 L6",
    "llama-768": "Llama d768 L12",
    "vit": "ViT d384 L6",
}
BEGIN, END = "<!-- bench/run writes from here -->", "<!-- bench/run writes to here -->"


class Result:
    """One case's answers as figures."""

    def __init__(self, case, config, found, lengths):
        self.case, self.config, self.found, self.lengths = case, config, found, lengths

    def title(self):
        case = self.case
        size = {"vit": "8 x 224 px"}.get(case["model"], f"{case['batch']} x {case['length']}")
        if case["rows"] in ("wordnet", "medquad"):
            size = f"{case['batch']} rows, at most {case['length']} tokens"
        return f"{MODELS[case['model']]}, {size}, {TRAINED[case['train']].format(**case)}"

    def turns(self, side):
        """Mean seconds of a step, turn by turn."""
        return [statistics.mean(turn["seconds"]) for turn in self.found[side]["turns"]]

    def median(self, side):
        return statistics.median(self.turns(side))

    def pairs(self, other="peer"):
        """Ours to the other's, turn by turn."""
        return [ours / peer for ours, peer in zip(self.turns("ours"), self.turns(other), strict=True)]

    def rate(self, side):
        """Seconds for a real token. Grouped batches have other rows in a turn than the others."""
        with_tokens = "grouped" if side == "grouped" else "peer"
        seconds = sum(sum(turn["seconds"]) for turn in self.found[side]["turns"])
        return seconds / sum(sum(turn["tokens"]) for turn in self.found[with_tokens]["turns"])

    def memory(self, side):
        """Peak and what training added to it, in bytes."""
        last = self.found[side]["turns"][-1]
        return last["peak"], last["peak"] - last["before"]

    def share(self, side, peak):
        """Counted operations a second, as a share of the GEMM peak in GFLOP/s."""
        work = [flops.step(self.case, self.config, *step) for step in self.lengths]
        turn = self.case["turn"]
        shares = []
        for i, seconds in enumerate(self.turns(side)):
            done = statistics.mean(work[i * turn : (i + 1) * turn])
            shares.append(done / seconds / 1e9 / peak)
        return statistics.median(shares)

    def line(self):
        return (
            f"{self.case['name']}: {self.median('ours'):.3f} / {self.median('peer'):.3f} s,"
            f" pairs {statistics.median(self.pairs()):.2f}"
        )


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def megabytes(memory):
    peak, added = memory
    return f"{added / 1e6:,.0f} ({peak / 1e6:,.0f})"


def gemms(results, side):
    return [gflops for r in results for gflops in r.found[side]["gflops"]]


def steps(results):
    peak = {side: max(gemms(results, side)) for side in ("ours", "peer")}
    lines = [
        "| case | work | ours, s | peer, s | ratio of medians | pairs | ours, MB | peer, MB | of GEMM, ours | peer |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        lines.append(
            f"| `{r.case['name']}` | {r.title()} | {spread(r.turns('ours'), 3)} | {spread(r.turns('peer'), 3)}"
            f" | {r.median('ours') / r.median('peer'):.2f} | {spread(r.pairs(), 2)}"
            f" | {megabytes(r.memory('ours'))} | {megabytes(r.memory('peer'))}"
            f" | {r.share('ours', peak['ours']):.0%} | {r.share('peer', peak['peer']):.0%} |"
        )
    return lines


def until_end(case, made):
    """The tokens of all rows, None after a row's end."""
    found = []
    for i in range(0, len(made), case["new"]):
        ended = False
        for token in made[i : i + case["new"]]:
            found.append(None if ended else token)
            ended = ended or "ends" in case and token % case["ends"] == 0
    return found


def generation(results):
    lines = [
        "| case | prompts | ours, tokens/s | peer, tokens/s | ratio of medians | pairs | ours, MB | peer, MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        tokens = until_end(r.case, r.found["ours"]["warmup"]["made"])
        made = sum(token is not None for token in tokens)
        prompts = sorted(set(r.case["prompts"]))
        sizes = f"{prompts[0]} tokens" if len(prompts) == 1 else f"{prompts[0]} to {prompts[-1]} tokens"
        rates = {side: spread([made / s for s in r.turns(side)], 1) for side in ("ours", "peer")}
        lines.append(
            f"| `{r.case['name']}` | {len(r.case['prompts'])} of {sizes} | {rates['ours']} | {rates['peer']}"
            f" | {r.median('peer') / r.median('ours'):.2f} | {spread([1 / p for p in r.pairs()], 2)}"
            f" | {megabytes(r.memory('ours'))} | {megabytes(r.memory('peer'))} |"
        )
    return lines


def grouped(results):
    lines = [
        "| case | ours, µs a token | peer | peer, grouped | ours / peer | ours / grouped |",
        "|---|---|---|---|---|---|",
    ]
    for r in results:
        ours, peer, sorted_ = (1e6 * r.rate(side) for side in ("ours", "peer", "grouped"))
        lines.append(
            f"| `{r.case['name']}` | {ours:.0f} | {peer:.0f} | {sorted_:.0f}"
            f" | {ours / peer:.2f} | {ours / sorted_:.2f} |"
        )
    return lines


def bfloat16(results):
    lines = [
        "| case | work | ours, s | ours in float32, s | pairs | peer, s | pairs | ours, MB | in float32, MB | peer, MB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        lines.append(
            f"| `{r.case['name']}` | {r.title()} | {spread(r.turns('ours'), 3)} | {spread(r.turns('float32'), 3)}"
            f" | {spread(r.pairs('float32'), 2)} | {spread(r.turns('peer'), 3)} | {spread(r.pairs(), 2)}"
            f" | {megabytes(r.memory('ours'))} | {megabytes(r.memory('float32'))} | {megabytes(r.memory('peer'))} |"
        )
    return lines


def machine():
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = pathlib.Path("/proc/meminfo").read_text().split()[1]
    return f"{cpu}, {int(memory) / 1e6:.0f} GB"


def commit(home):
    def git(*words):
        return subprocess.run(["git", *words], cwd=home, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", "src", "pom.xml", "bench")
    return git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def head(home, threads, note):
    """Where and when, in a line."""
    return f"{datetime.date.today()}, {machine()}, {threads} threads each, commit {commit(home)}. {note}".strip()


def section(home, command, note, results):
    """The lines between the markers of docs/benchmarks.md."""
    from importlib.metadata import version

    first = results[0]
    ours, peer = (first.found[side]["turns"][-1] for side in ("ours", "peer"))
    gemm = [spread(gemms(results, side), 0) for side in ("ours", "peer")]
    case = first.case
    lines = [
        head(home, case["threads"], note),
        f"Ours: libtorch {ours['version']} ({ours['capability']}). Peer: torch {peer['version']}"
        f" ({peer['capability']}), transformers {version('transformers')}, peft {version('peft')}.",
        f"GEMM (float32, n = 2048), all cases: {gemm[0]} GFLOP/s ours, {gemm[1]} peer.",
        "",
        f"    {command}",
    ]
    trained = [r for r in results if "new" not in r.case and "precision" not in r.case]
    if trained:
        lines += ["", *steps(trained)]
    real = [r for r in results if "grouped" in r.found]
    if real:
        lines += [
            "",
            "Rows of unequal length, against the peer with batches of rows of similar length:",
            "",
            *grouped(real),
        ]
    halved = [r for r in results if "precision" in r.case]
    if halved:
        lines += [
            "",
            "In bfloat16, against ours in float32 and the peer in bfloat16:",
            "",
            *bfloat16(halved),
        ]
    made = [r for r in results if "new" in r.case]
    if made:
        new = made[0].case["new"]
        lines += ["", f"Greedy generation of at most {new} tokens after each prompt, {MODELS[made[0].case['model']]}:", ""]
        lines += generation(made)
    return lines


def write(page, lines, begin=BEGIN, end=END):
    """Replaces what is between the markers of a page."""
    before, rest = page.read_text().split(begin)
    after = rest.split(end)[1]
    page.write_text(before + begin + "\n\n" + "\n".join(lines) + "\n\n" + end + after)
