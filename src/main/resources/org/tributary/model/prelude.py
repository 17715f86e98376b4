# What every model program begins with. Weights come as two dicts: frozen ones, which may lie in a
# read-only map of a file, and those that train. An empty key marks a dict that would be empty.

def join(frozen: Dict[str, Tensor], train: Dict[str, Tensor]) -> Dict[str, Tensor]:
  w = annotate(Dict[str, Tensor], {})
  for k in frozen:
    w[k] = frozen[k]
  for k in train:
    w[k] = train[k]
  return w

def linear(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  # y = x W^T + b, and where the layer carries an adapter + s (x A^T) B^T: W [out, in], A [r, in], B [out, r].
  weight = w[name + ".weight"]
  bias = annotate(Optional[Tensor], None)
  if name + ".bias" in w:
    bias = w[name + ".bias"]
  y = torch.linear(x, weight, bias)
  if name + ".lora_A.weight" in w:
    z = torch.linear(torch.linear(x, w[name + ".lora_A.weight"]), w[name + ".lora_B.weight"])
    y = y + z * w[name + ".lora_scaling"]
  return y

def leaves(train: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  for k in train:
    if len(k) > 0:
      out[k] = torch.requires_grad_(torch.detach(train[k]), True)
  return out

def backward(loss: Tensor, leaves: Dict[str, Tensor]) -> Dict[str, Tensor]:
  keys = annotate(List[str], [])
  values = annotate(List[Tensor], [])
  for k in leaves:
    keys.append(k)
    values.append(leaves[k])
  gradients = torch.grad([loss], values, None, None, False, True)
  out = annotate(Dict[str, Tensor], {})
  i = 0
  for g in gradients:
    if g is not None:
      out["grads." + keys[i]] = g
    i = i + 1
  return out
