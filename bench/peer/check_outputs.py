"""Holds what Tributary writes against transformers and peft.

Loads a model folder, or a base model with an adapter's folder, the way users do, computes logits for
the given token ids or pixels and compares them with those that Tributary's job `logits` wrote.
Nothing is downloaded. Exit code 0: equal within the tolerance; 1: not.

    python bench/peer/check_outputs.py --model DIR [--adapter DIR] --input FILE --logits FILE
"""

import argparse
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", required=True, type=pathlib.Path, help="Hugging Face folder")
    parser.add_argument("--adapter", type=pathlib.Path, help="PEFT folder on that model")
    parser.add_argument("--input", required=True, help="the --input of Tributary's job logits")
    parser.add_argument("--logits", required=True, help="the --out of Tributary's job logits")
    parser.add_argument("--dtype", default="float32", help="of the computation (float32)")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference (1e-4)")
    parser.add_argument("--labels", type=int, help="classes of a classifier that the adapter brings")
    return parser.parse_args()


def load(args):
    """The model, and what transformers says of tensors that it missed or did not expect."""
    config = transformers.AutoConfig.from_pretrained(args.model)
    if args.labels:
        config.num_labels = args.labels
    name = (config.architectures or [""])[0]
    if args.labels and not name.endswith("Classification"):
        kind = "Image" if hasattr(config, "image_size") else "Sequence"
        name = name.removesuffix("Model") + f"For{kind}Classification"
    model, told = getattr(transformers, name).from_pretrained(
        args.model,
        config=config,
        dtype=getattr(torch, args.dtype),
        output_loading_info=True,
        ignore_mismatched_sizes=bool(args.labels),
    )
    missing = [] if args.labels else sorted(told["missing_keys"])
    if args.adapter:
        import peft

        model = peft.PeftModel.from_pretrained(model, args.adapter)
    return model.eval(), missing, sorted(told["unexpected_keys"])


def main():
    args = arguments()
    model, missing, unexpected = load(args)
    inputs = load_file(args.input)
    names = ("input_ids", "attention_mask", "token_type_ids", "pixel_values")
    given = {name: inputs[name] for name in names if name in inputs}
    if "pixel_values" in given:
        given["pixel_values"] = given["pixel_values"].to(model.dtype)
    with torch.no_grad():
        theirs = model(**given).logits.float()
    ours = load_file(args.logits)["logits"]
    if ours.shape != theirs.shape:
        sys.exit(f"shapes differ: Tributary {list(ours.shape)}, transformers {list(theirs.shape)}")
    if ours.dim() == 3 and "attention_mask" in given:
        real = given["attention_mask"].bool()
        ours, theirs = ours[real], theirs[real]
    difference = (ours - theirs).abs().max().item()
    good = not missing and difference <= args.tolerance
    print(
        json.dumps(
            {
                "model": str(args.model),
                "adapter": str(args.adapter) if args.adapter else None,
                "class": type(model.get_base_model() if args.adapter else model).__name__,
                "dtype": str(next(iter(model.state_dict().values())).dtype),
                "missing": missing,
                "unexpected": unexpected,
                "largest_logit": round(theirs.abs().max().item(), 4),
                "largest_difference": difference,
                "same_best": bool((ours.argmax(-1) == theirs.argmax(-1)).all()),
                "within": args.tolerance if good else None,
            }
        )
    )
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
