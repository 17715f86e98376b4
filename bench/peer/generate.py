"""The cost of generating text with transformers, in turns with Tributary's: see bench/run.

Greedy decoding with a key-value cache, SDPA attention, prompts padded on the left, in batches. A case with `ends: n` ends a
text with each n-th token of the vocabulary, and a repetition penalty keeps it from repeating others; otherwise no token ends it.

    python bench/peer/generate.py FOLDER
"""

import pathlib
import sys
import time

import torch
import transformers
from process import answer_gemm, asked, reset_peak, say, settings, status
from rows import Rows


@torch.inference_mode()
def generate(model, prompts, new, ends, penalty):
    """The new tokens of a batch, padded to the most that it may have."""
    longest = max(map(len, prompts))
    ids = torch.stack([torch.nn.functional.pad(p, (longest - len(p), 0)) for p in prompts])
    mask = torch.stack([(torch.arange(longest) >= longest - len(p)).long() for p in prompts])
    made = model.generate(
        ids,
        attention_mask=mask,
        max_new_tokens=new,
        min_new_tokens=None if ends else new,
        do_sample=False,
        use_cache=True,
        pad_token_id=0,
        eos_token_id=ends,
        repetition_penalty=penalty,
    )[:, longest:]
    return torch.nn.functional.pad(made, (0, new - made.shape[1]))


def main():
    folder = pathlib.Path(sys.argv[1])
    rows = Rows(folder)
    case = rows.case
    settings(case["threads"])
    before = status("VmRSS:")
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder / "model", dtype=torch.float32, attn_implementation="sdpa"
    ).eval()
    prompts = [rows.ids[rows.begin(row) : rows.ends[row]] for row in range(len(rows.ends))]
    new = case["new"]
    ends = list(range(0, model.config.vocab_size, case["ends"])) if "ends" in case else None
    reset_peak()
    for i in range(1 + case["pairs"]):
        begin = time.perf_counter()
        made = [generate(model, prompts[j : j + case["batch"]], new, ends, case.get("penalty")) for j in range(0, len(prompts), case["batch"])]
        seconds = time.perf_counter() - begin
        facts = {"version": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}
        say(
            seconds=[seconds],
            made=torch.cat(made).flatten().tolist(),
            before=before,
            peak=status("VmHWM:"),
            **facts,
        )
        if i < case["pairs"]:
            asked()
    answer_gemm()


if __name__ == "__main__":
    main()
