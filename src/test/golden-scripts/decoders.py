"""Makes the golden cases of decoders in src/test/resources/golden: tiny random checkpoints of Phi-3, Gemma 2 and Gemma 3,
and of decoders with a classification head, with what transformers computes with them in float32, eager attention.

    python decoders.py GOLDEN_FOLDER [CASE...]        needs torch and transformers
"""

import copy
import json
import os
import sys

import torch
import transformers
from safetensors.torch import save_file

LENGTHS = [24, 13, 19]
PROMPTS = [9, 7]
NEW = 20
SMALL = dict(
    vocab_size=64, hidden_size=32, intermediate_size=40, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128,
    bos_token_id=1, eos_token_id=2, pad_token_id=0, num_hidden_layers=3,
)
# Classes, settings as transformers 5 takes them, keys of the classic layout that replace them, seed.
CASES = {
    "phi3": (
        "Phi3", {**SMALL, "num_hidden_layers": 2, "sliding_window": 64, "original_max_position_embeddings": 128, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}},
        {"rope_theta": 10000.0, "rope_scaling": None, "partial_rotary_factor": 0.5}, 41,
    ),
    "gemma2": (
        "Gemma2", {**SMALL, "head_dim": 12, "sliding_window": 6, "query_pre_attn_scalar": 20, "attn_logit_softcapping": 3.0, "final_logit_softcapping": 1.0},
        {"rope_theta": 10000.0, "layer_types": None}, 42,
    ),
    "gemma3": (
        "Gemma3Text",
        {
            **SMALL, "head_dim": 12, "sliding_window": 6, "query_pre_attn_scalar": 20, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
            "rope_parameters": {
                "full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 50000.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 1000.0},
            },
        },
        {"rope_theta": 50000.0, "rope_local_base_freq": 1000.0, "rope_scaling": {"rope_type": "linear", "factor": 2.0}, "layer_types": None, "sliding_window_pattern": 2}, 43,
    ),
}
# A folder of Gemma 3 with a vision tower: the text model of the case gemma3 under other weights.
CASES["gemma3_folder"] = (
    "Gemma3",
    {
        "text_config": CASES["gemma3"][1],
        "vision_config": {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 28, "patch_size": 7},
        "mm_tokens_per_image": 4, "image_token_index": 60, "boi_token_index": 61, "eoi_token_index": 62,
    },
    {"text_config": CASES["gemma3"][2]}, 47,
)
# Decoders with a classification head: the same settings under another seed, or their own.
PLAIN = {**SMALL, "num_hidden_layers": 2, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}
CLASSES = {
    "llama_score": ("Llama", PLAIN, {"rope_theta": 10000.0, "rope_scaling": None}, 44),
    "gpt2_score": (
        "GPT2", {"vocab_size": 64, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}, {}, 45,
    ),
    "gemma3_score": (*CASES["gemma3"][:3], 46),
}


def model_of(case, kind):
    family, settings, _, seed = {**CASES, **CLASSES}[case]
    config = getattr(transformers, family + "Config")(**copy.deepcopy(settings), tie_word_embeddings=family.startswith("G"))
    config._attn_implementation = "eager"
    if kind == "classes":
        config.num_labels = 3
    name = {"text": "ForCausalLM", "classes": "ForSequenceClassification"}[kind]
    name = {"Gemma3Text": "Gemma3ForCausalLM", "Gemma3": "Gemma3ForConditionalGeneration"}.get(family, family + name) if kind == "text" else family + name
    model = getattr(transformers, name)(config).eval()
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key, weight in sorted(dict(model.named_parameters()).items()):
            noise = torch.randn(weight.shape, generator=random)
            if weight.dim() == 1:
                weight.copy_(0.1 * noise + (1.0 if "bias" not in key and not family.startswith("Gemma") else 0.0))
            else:
                # Gemma's embedding is tied and multiplied by sqrt(d): a large one would only repeat the last token.
                outer = 0.15 if "embed" in key and family.startswith("Gemma") else 0.6
                weight.copy_((outer if "embed" in key or "lm_head" in key or "score" in key else 0.35) * noise)
    return model


def rows_of(case):
    random = torch.Generator().manual_seed({**CASES, **CLASSES}[case][3] + 1000)
    return [torch.randint(3, 64, (n,), generator=random) for n in LENGTHS]


def padded(rows, fill):
    return torch.stack([torch.cat([r, torch.full((max(LENGTHS) - len(r),), fill)]) for r in rows])


def together(tensors):
    """Logits of rows [labels], or of their tokens [t, d], padded with zeros."""
    if tensors[0].dim() == 1:
        return torch.stack(tensors)
    return torch.stack([torch.cat([t, torch.zeros(max(LENGTHS) - t.size(0), t.size(1), dtype=t.dtype)]) for t in tensors])


def text(model, rows):
    """Row by row without padding: loss over the second half of each row, logits and states."""
    labels = [torch.where(torch.arange(len(r)) < len(r) // 2, -100, r) for r in rows]
    total, count, outputs = 0.0, 0, []
    for row, label in zip(rows, labels):
        out = model(input_ids=row[None], output_hidden_states=True)
        total = total + torch.nn.functional.cross_entropy(out.logits[0, :-1], label[1:], ignore_index=-100, reduction="sum")
        count += int((label[1:] != -100).sum())
        outputs.append({"logits": out.logits[0], **{f"hidden_states.{i}": h[0] for i, h in enumerate(out.hidden_states)}})
    return total / count, {k: together([o[k] for o in outputs]) for k in outputs[0]}, labels


def classes(model, rows, labels):
    """Row by row without padding. A padded batch has the same logits: those of each row's last token that is not padding."""
    outputs = []
    for row in rows:
        out = model(input_ids=row[None], output_hidden_states=True)
        outputs.append({"logits": out.logits[0], **{f"hidden_states.{i}": h[0] for i, h in enumerate(out.hidden_states)}})
    joined = {k: together([o[k] for o in outputs]) for k in outputs[0]}
    with torch.no_grad():
        mask = padded([torch.ones_like(r) for r in rows], 0)
        batch = model(input_ids=padded(rows, 0), attention_mask=mask).logits
    # Where a window leaves a padded token nothing to attend to, float64 has no number there.
    assert model.dtype == torch.float64 or float((batch - joined["logits"]).abs().max()) < 1e-4
    return torch.nn.functional.cross_entropy(joined["logits"], labels), joined


def greedy(model, rows):
    texts = []
    for row, length in zip(rows, PROMPTS):
        ids, cache, new, gap = row[None, :length], None, [], float("inf")
        for _ in range(NEW):
            out = model(input_ids=ids, past_key_values=cache, use_cache=True)
            cache = out.past_key_values
            best = torch.topk(out.logits[0, -1], 2)
            gap = min(gap, float(best.values[0] - best.values[1]))
            ids = best.indices[None, :1]
            new.append(int(ids))
        texts.append({"prompt_ids": row[:length].tolist(), "new_ids": new, "min_top1_top2_logit_gap": gap})
    return texts


def classic(config, keys):
    """The configuration in the layout of the hub before transformers 5."""
    if "text_config" in keys:
        config = {**config, "text_config": classic(config["text_config"], keys["text_config"])}
        keys = {}
    config = {k: v for k, v in config.items() if k not in ("rope_parameters", "dtype")}
    config.update(keys, torch_dtype="float32", transformers_version="4.44.0")
    return {k: v for k, v in sorted(config.items()) if not (k == "layer_types" and v is None)}


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return {in_files(k): p.grad.detach().float().contiguous() for k, p in model.named_parameters() if p.grad is not None}


def in_files(name):
    """The name that save_pretrained gives a weight of Gemma 3 with a vision tower."""
    return name.replace("model.language_model.", "language_model.model.")


def worst(a, b):
    return max(float((a[k].double() - b[k].double()).abs().max()) for k in a)


def write(folder, case, kind):
    os.makedirs(folder, exist_ok=True)
    rows = rows_of(case)
    labels = torch.tensor([2, 0, 1])
    model = model_of(case, kind)
    run = (lambda m: text(m, rows)[:2]) if kind == "text" else (lambda m: classes(m, rows, labels))
    loss, outputs = run(model)
    grads = gradients(model, loss)
    exact = model_of(case, kind).double()
    loss64, outputs64 = run(exact)
    grads64 = gradients(exact, loss64)
    model.save_pretrained(folder)
    for extra in ("generation_config.json",):
        if os.path.exists(os.path.join(folder, extra)):
            os.remove(os.path.join(folder, extra))
    with open(os.path.join(folder, "config.json")) as f:
        v5 = json.load(f)
    family, settings, keys, seed = {**CASES, **CLASSES}[case]
    for name, config in (("config.v5.json", v5), ("config.json", classic(v5, keys))):
        with open(os.path.join(folder, name), "w") as f:
            json.dump(config, f, indent=2)
    golden = {
        "case": os.path.basename(folder), "class": type(model).__name__, "seed": seed, "torch": torch.__version__, "transformers": transformers.__version__,
        "attention": "eager", "settings": settings, "parameters": sum(p.numel() for p in model.parameters()),
        "loss": loss.item(), "loss_float64": loss64.item(),
        "float32_vs_float64": {"loss": abs(loss.item() - loss64.item()), "outputs": worst(outputs, outputs64), "grads_max": worst(grads, grads64)},
    }
    inputs = {"input_ids": padded(rows, 0), "attention_mask": padded([torch.ones_like(r) for r in rows], 0)}
    if kind == "text":
        inputs["labels"] = padded(text(model, rows)[2], -100)
        with torch.no_grad():
            golden["greedy"] = greedy(model, rows)
            logp = torch.log_softmax(model(input_ids=rows[0][None]).logits[0, :-1].double(), -1)
        golden["row0_token_logprobs"] = logp.gather(1, rows[0][1:, None])[:, 0].tolist()
    else:
        inputs["labels"] = labels
    save_file({k: v.contiguous() for k, v in inputs.items()}, os.path.join(folder, "inputs.safetensors"))
    save_file({k: v.detach().float().contiguous() for k, v in outputs.items()}, os.path.join(folder, "outputs.safetensors"))
    save_file(grads, os.path.join(folder, "grads.safetensors"))
    with open(os.path.join(folder, "golden.json"), "w") as f:
        json.dump(golden, f, indent=2)
    print(folder, type(model).__name__, golden["loss"], golden["float32_vs_float64"])


if __name__ == "__main__":
    for case in sys.argv[2:] or [*CASES, *CLASSES]:
        write(os.path.join(sys.argv[1], case), case, "text" if case in CASES else "classes")
