"""The cost of generating text with transformers, in turns with Tributary's: see bench/run.

Greedy decoding with a key-value cache, SDPA attention, prompts padded on the left, no end token.

    python bench/peer/generate.py FOLDER
"""

import pathlib
import sys
import time

import torch
import transformers
from process import answer_gemm, asked, reset_peak, say, settings, status
from rows import Rows


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
    longest = max(map(len, prompts))
    ids = torch.stack([torch.nn.functional.pad(p, (longest - len(p), 0)) for p in prompts])
    mask = torch.stack([(torch.arange(longest) >= longest - len(p)).long() for p in prompts])
    new = case["new"]
    reset_peak()
    for i in range(1 + case["pairs"]):
        begin = time.perf_counter()
        with torch.inference_mode():
            made = model.generate(
                ids,
                attention_mask=mask,
                max_new_tokens=new,
                min_new_tokens=new,
                do_sample=False,
                use_cache=True,
                pad_token_id=0,
            )
        seconds = time.perf_counter() - begin
        facts = {"version": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}
        say(
            seconds=[seconds],
            made=made[:, longest:].flatten().tolist(),
            before=before,
            peak=status("VmHWM:"),
            **facts,
        )
        if i < case["pairs"]:
            asked()
    answer_gemm()


if __name__ == "__main__":
    main()
