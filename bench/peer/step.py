"""The cost of training steps with transformers and peft, in turns with Tributary's: see bench/run.

The loop is written out, without the Trainer's own work: eager PyTorch with SDPA attention, fused
AdamW, gradients set to None, no dropout, no scores.

    python bench/peer/step.py FOLDER [--grouped]
"""

import pathlib
import sys
import time

import torch
import transformers

from galore import GaLore
from process import answer_gemm, asked, reset_peak, say, settings, status
from rows import Rows

LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def load(folder, case):
    config = transformers.AutoConfig.from_pretrained(folder / "model")
    if case.get("labels"):
        config.num_labels = case["labels"]
    config.use_cache = False
    model, told = getattr(transformers, config.architectures[0]).from_pretrained(
        folder / "model",
        config=config,
        dtype=getattr(torch, case.get("precision", "float32")),
        attn_implementation="sdpa",
        output_loading_info=True,
    )
    if told["missing_keys"] or told["unexpected_keys"] or told["mismatched_keys"]:
        sys.exit(f"the start weights do not fit: {told}")
    if case["train"] == "lora":
        import peft

        model = peft.PeftModel.from_pretrained(model, folder / "adapter", is_trainable=True)
    # No dropout; gradients are computed as in training.
    return model.eval()


def optimizer(model, case):
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if case["train"] == "galore":
        projected = [p for name, p in trained.items() if name.split(".")[-2] in LINEAR]
        others = [p for name, p in trained.items() if name.split(".")[-2] not in LINEAR]
        return GaLore(projected, others, case["lr"], case["rank"])
    return torch.optim.AdamW(trained.values(), lr=case["lr"], weight_decay=0, fused=True)


def main():
    folder = pathlib.Path(sys.argv[1])
    rows = Rows(folder, "--grouped" in sys.argv[2:])
    case = rows.case
    settings(case["threads"])
    torch.zeros(8).sum().item()
    if case["train"] == "lora":
        import peft  # noqa: F401  loaded before memory is measured, as Tributary's code is

    before = status("VmRSS:")
    model = load(folder, case)
    steps = optimizer(model, case)
    clipped = [p for p in model.parameters() if p.requires_grad] if "clip" in case else None
    reset_peak()
    left, seconds, losses, tokens = case["warmup"], [], [], []
    for i, batch in enumerate(rows.batches):
        begin = time.perf_counter()
        inputs = rows.inputs(batch)
        loss = model(**inputs).loss
        loss.backward()
        if clipped:
            torch.nn.utils.clip_grad_norm_(clipped, case["clip"], foreach=True)
        steps.step()
        steps.zero_grad(set_to_none=True)
        losses.append(loss.item())
        del loss
        seconds.append(time.perf_counter() - begin)
        tokens.append(rows.tokens(batch))
        left -= 1
        if left == 0:
            end = i + 1 == len(rows.batches)
            facts = {"before": before, "peak": status("VmHWM:")} if end else {}
            versions = {"version": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}
            say(seconds=seconds, losses=losses, tokens=tokens, **facts, **(versions if end else {}))
            seconds, losses, tokens = [], [], []
            left = 0 if end else int(asked())
    answer_gemm()


if __name__ == "__main__":
    main()
