"""The floating-point operations of a training step, counted by formula.

A product of a matrix [out, in] with one position's vector counts as 2 out in. Attention counts as
4 t d a position for its two products with t keys (half of the keys on average where attention is
causal). Norms, activations, softmax, embeddings and the optimizer's own additions count as nothing.

    forward   of the linear layers and attention on the real positions, of a language model's head on
              the counted positions
    backward  twice the forward pass (gradients of inputs and of weights, of both sides of attention's
              products); once for frozen linear layers (gradients of inputs)
    LoRA      three times the forward pass of A and B, 2 r (in + out) a position and layer
    GaLore    all weights, and 4 r in out a projected matrix and step (into the subspace and back);
              not the renewal of the subspaces every 200 steps

The count is that of the plain step: work that a side leaves out, such as what the loss does not
read, counts as done.
"""


def step(case, config, lengths, counted=None):
    """Operations of one step.

    case: of bench/cases.json; config: the model's config.json; lengths: real positions of each row;
    counted: positions that count in the loss, for language models.
    """
    d, m, layers = config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]
    positions = sum(lengths)
    causal = config["model_type"] == "llama"
    # in, out of the linear layers of a block
    block = [(d, d)] * 4 + ([(d, m), (d, m), (m, d)] if causal else [(d, m), (m, d)])
    linear = 2 * layers * positions * sum(a * b for a, b in block)
    attention = sum(4 * layers * d * t * ((t + 1) / 2 if causal else t) for t in lengths)
    if causal:
        head = 2 * counted * d * config["vocab_size"]
    elif config["model_type"] == "vit":
        patch = config["num_channels"] * config["patch_size"] ** 2
        # The gradient of the pixels is not needed, so the backward pass has one product fewer.
        head = 2 * len(lengths) * (lengths[0] - 1) * patch * d
    else:
        head = 2 * len(lengths) * d * d
    if case["train"] == "lora":
        adapters = 2 * layers * positions * case["rank"] * sum(a + b for a, b in block)
        return 2 * (linear + head) + 3 * (attention + adapters)
    projections = 4 * case["rank"] * layers * sum(a * b for a, b in block) if case["train"] == "galore" else 0
    heads = 2 if config["model_type"] == "vit" else 3
    return 3 * (linear + attention) + heads * head + projections
