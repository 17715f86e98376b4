# The start of every model program. Weights are passed as two dicts: frozen ones, which may be in a
# read-only map of a file, and trained ones. An empty key marks a dict that would be empty.
#
# A family's text defines embed(w, inputs) [b, t, d], context(inputs) (what all blocks share) and
# block(w, i, x, context) [b, t, d]; its kind's text (decoder.py, classifier.py) defines
# outcome(w, x, inputs, labels), forward(w, x, inputs) and observed(w, states, inputs).

def join(frozen: Dict[str, Tensor], train: Dict[str, Tensor]) -> Dict[str, Tensor]:
  w = annotate(Dict[str, Tensor], {})
  for k in frozen:
    w[k] = frozen[k]
  for k in train:
    w[k] = train[k]
  return w

def adapted(w: Dict[str, Tensor], name: str, x: Tensor, y: Tensor) -> Tensor:
  # If the layer has an adapter, y + s (x A^T) B^T: A [r, in], B [out, r].
  if name + ".lora_A.weight" in w:
    z = torch.linear(torch.linear(x, w[name + ".lora_A.weight"]), w[name + ".lora_B.weight"])
    y = y + z * w[name + ".lora_scaling"]
  return y

def linear(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  # y = x W^T + b, W [out, in], plus the adapter's part.
  bias = annotate(Optional[Tensor], None)
  if name + ".bias" in w:
    bias = w[name + ".bias"]
  return __torch__.adapted(w, name, x, torch.linear(x, w[name + ".weight"], bias))

def leaves(train: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  for k in train:
    if len(k) > 0:
      out[k] = torch.requires_grad_(torch.detach(train[k]), True)
  return out
