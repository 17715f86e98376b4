"""Makes the golden cases of vision transformers in src/test/resources/golden: tiny random checkpoints of DeiT and DINOv2,
with what transformers computes with them in float32, eager attention.

    python vision.py GOLDEN_FOLDER [CASE...]        needs torch and transformers
"""

import copy
import json
import os
import sys

import torch
import transformers
from safetensors.torch import save_file

SMALL = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, image_size=24, patch_size=8, num_labels=4)
# Class, settings, side of the images, keys that the classic layout leaves out, seed.
CASES = {
    "deit": ("DeiT", {**SMALL, "intermediate_size": 72}, 24, ["pooler_act", "pooler_output_size"], 51),
    "dinov2": ("Dinov2", {**SMALL, "mlp_ratio": 2}, 24, [], 52),
    "dinov2_swiglu": ("Dinov2", {**SMALL, "mlp_ratio": 3, "use_swiglu_ffn": True}, 24, [], 53),
}
IMAGES = 3


def model_of(case):
    family, settings, _, _, seed = CASES[case]
    config = getattr(transformers, family + "Config")(**copy.deepcopy(settings))
    config._attn_implementation = "eager"
    model = getattr(transformers, family + "ForImageClassification")(config).eval()
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key, weight in sorted(dict(model.named_parameters()).items()):
            noise = torch.randn(weight.shape, generator=random)
            gain = key.endswith(("norm1.weight", "norm2.weight", "layernorm.weight", "before.weight", "after.weight", "lambda1"))
            weight.copy_(1 + 0.1 * noise if gain else (0.1 if weight.dim() == 1 else 0.3) * noise)
    return model


def pixels_of(case, side):
    random = torch.Generator().manual_seed(CASES[case][4] + 1000)
    return torch.randn(IMAGES, 3, side, side, generator=random)


def run(model, pixels, labels):
    out = model(pixel_values=pixels.to(next(model.parameters()).dtype), labels=labels, output_hidden_states=True)
    return out.loss, {"logits": out.logits, **{f"hidden_states.{i}": h for i, h in enumerate(out.hidden_states)}}


def worst(a, b):
    return max(float((a[k].double() - b[k].double()).abs().max()) for k in a)


def stored(model, folder, gradients):
    """The tensors under the names of the checkpoint: transformers converts those in memory when it saves."""
    holder = copy.deepcopy(model)
    with torch.no_grad():
        for key, parameter in holder.named_parameters():
            parameter.copy_(gradients[key] if key in gradients else torch.full_like(parameter, float("nan")))
    holder.save_pretrained(folder)
    from safetensors.torch import load_file
    found = load_file(os.path.join(folder, "model.safetensors"))
    return {k: t for k, t in found.items() if not torch.isnan(t).any()}


def write(folder, case):
    os.makedirs(folder, exist_ok=True)
    family, settings, side, left, seed = CASES[case]
    pixels, labels = pixels_of(case, side), torch.tensor([2, 0, 3])
    model, exact = model_of(case), model_of(case).double()
    loss, outputs = run(model, pixels, labels)
    loss.backward()
    loss64, outputs64 = run(exact, pixels, labels)
    loss64.backward()
    grads = {k: p.grad for k, p in model.named_parameters() if p.grad is not None}
    grads64 = {k: p.grad for k, p in exact.named_parameters() if p.grad is not None}
    save_file(stored(model, folder, grads), os.path.join(folder, "grads.safetensors"))
    model.save_pretrained(folder)
    with open(os.path.join(folder, "config.json")) as f:
        v5 = json.load(f)
    old = {k: v for k, v in v5.items() if k not in ("dtype", *left)}
    old.update(torch_dtype="float32", transformers_version="4.44.0")
    for name, config in (("config.v5.json", v5), ("config.json", dict(sorted(old.items())))):
        with open(os.path.join(folder, name), "w") as f:
            json.dump(config, f, indent=2)
    save_file({"pixel_values": pixels, "labels": labels}, os.path.join(folder, "inputs.safetensors"))
    save_file({k: v.detach().contiguous() for k, v in outputs.items()}, os.path.join(folder, "outputs.safetensors"))
    golden = {
        "case": case, "class": type(model).__name__, "seed": seed, "torch": torch.__version__, "transformers": transformers.__version__,
        "attention": "eager", "settings": settings, "parameters": sum(p.numel() for p in model.parameters()),
        "loss": loss.item(), "loss_float64": loss64.item(),
        "float32_vs_float64": {"loss": abs(loss.item() - loss64.item()), "outputs": worst(outputs, outputs64), "grads_max": worst(grads, grads64)},
    }
    if family == "Dinov2":
        # The same model with larger and smaller images, whose positions are interpolated.
        for other in (32, 16):
            wide = pixels_of(case, other)
            with torch.no_grad():
                logits = run(model, wide, labels)[1]["logits"]
            save_file({"pixel_values": wide, "logits": logits.contiguous()}, os.path.join(folder, f"side_{other}.safetensors"))
    with open(os.path.join(folder, "golden.json"), "w") as f:
        json.dump(golden, f, indent=2)
    print(folder, type(model).__name__, golden["loss"], golden["float32_vs_float64"], sorted(grads)[:3])


if __name__ == "__main__":
    for case in sys.argv[2:] or CASES:
        write(os.path.join(sys.argv[1], case), case)
