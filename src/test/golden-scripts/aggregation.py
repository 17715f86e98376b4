"""Golden cases of golden/aggregation, in float64, from the papers' formulas: matrices are multiplied whole.

    python aggregation.py <golden/aggregation>

The clients' factors, their rows and alpha are those of lora_equal_inputs.safetensors and golden.json,
three clients of 10, 25 and 65 rows; W is [12, 16].

fedex_lora.safetensors  Singhal et al. 2025, arXiv 2410.09432: the means A and B, residual_unscaled =
                        sum p_k B_k A_k - B A, W0_new = W0 + s residual, effective_W = W0_new + s B A
Needs numpy and safetensors. Add a case for a framework here, as a function that returns its tensors.
"""

import json
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file, save_file


def fedex_lora(inputs, p, s):
    a = sum(w * inputs[f"client{k}.A"] for k, w in enumerate(p))
    b = sum(w * inputs[f"client{k}.B"] for k, w in enumerate(p))
    exact = sum(w * inputs[f"client{k}.B"] @ inputs[f"client{k}.A"] for k, w in enumerate(p))
    residual = exact - b @ a
    base = inputs["W0"] + s * residual
    effective = base + s * b @ a
    assert np.abs(effective - (inputs["W0"] + s * exact)).max() < 1e-14
    assert np.abs(residual).max() > 0.1  # without it this would be FedIT
    return {"A": a, "B": b, "residual_unscaled": residual, "W0_new": base, "effective_W": effective}


def main(folder):
    facts = json.loads((folder / "golden.json").read_text())
    rows = np.array(facts["n_k"], float)
    inputs = load_file(folder / "lora_equal_inputs.safetensors")
    equal = facts["equal_ranks"]
    case = fedex_lora(inputs, rows / rows.sum(), equal["alpha"] / equal["r"])
    save_file(case, folder / "fedex_lora.safetensors")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
