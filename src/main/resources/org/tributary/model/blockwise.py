# Forward and backward pass, with a whole graph at once or block by block. Block by block, only the
# inputs of blocks are kept, and each block is computed again in the backward pass.

def through(w: Dict[str, Tensor], x: Tensor, context: List[Tensor]) -> List[Tensor]:
  # The inputs of blocks 0, 1, ..., and the output of the last one.
  states = [x]
  for i in range(${layers}):
    x = __torch__.block(w, i, __torch__.entered(w, "block." + str(i), x), context)
    states.append(x)
  return states

def backward(w: Dict[str, Tensor], of: Tensor, given: Optional[Tensor], leaves: Dict[str, Tensor], x: Optional[Tensor]) -> Dict[str, Tensor]:
  # "grads.<leaf>" of the leaves that were used, and "gx" for x.
  keys = annotate(List[str], [])
  values = annotate(List[Tensor], [])
  for k in leaves:
    keys.append("grads." + k)
    values.append(leaves[k])
  if x is not None:
    keys.append("gx")
    values.append(x)
  out = annotate(Dict[str, Tensor], {})
  if __torch__.cuts(w):
    # All of the loss of a decoder is behind its logits, so its graph is walked once and can be freed.
    whole = not ("out:${writer}" in w)
    torch.backward([of], annotate(List[Optional[Tensor]], [given]), whole, False)
    out = __torch__.unwind(w)
    i = 0
    for leaf in values:
      g = __torch__.gradient(leaf)
      if g is not None:
        if keys[i] in out:
          g = torch.add(out[keys[i]], g)
        out[keys[i]] = g
      i = i + 1
  elif len(values) > 0:
    gradients = torch.grad([of], values, annotate(List[Optional[Tensor]], [given]), None, False, True)
    i = 0
    for g in gradients:
      if g is not None:
        out[keys[i]] = g
      i = i + 1
  return out

def inside(train: Dict[str, Tensor], i: int) -> Dict[str, Tensor]:
  # The leaves of a block; with -1 those outside all blocks.
  out = annotate(Dict[str, Tensor], {})
  for k in train:
    name = "${blocks}"
    if i >= 0:
      name = "${blocks}" + str(i) + "."
    if len(k) > 0 and torch.startswith(k, name) == (i >= 0):
      out[k] = torch.requires_grad_(torch.detach(train[k]), True)
  return out

def end_gradients(frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], labels: Tensor, x: Tensor) -> Dict[str, Tensor]:
  # The loss from the output of the last block, the gradients of the weights after the blocks, and that of x.
  leaves = __torch__.inside(train, -1)
  w = __torch__.join(frozen, __torch__.join(train, leaves))
  top = torch.requires_grad_(torch.detach(x), True)
  results = __torch__.outcome(w, top, inputs, labels)
  out = __torch__.backward(w, results["loss"], None, leaves, top)
  for k in results:
    out[k] = torch.detach(results[k])
  return out

def block_gradients(frozen: Dict[str, Tensor], train: Dict[str, Tensor], context: List[Tensor], i: int, x: Tensor, gx: Tensor) -> Dict[str, Tensor]:
  leaves = __torch__.inside(train, i)
  w = __torch__.join(frozen, __torch__.join(train, leaves))
  below = torch.requires_grad_(torch.detach(x), True)
  y = __torch__.block(w, i, below, context)
  return __torch__.backward(w, y, gx, leaves, below)

def start_gradients(frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], gx: Tensor) -> Dict[str, Tensor]:
  leaves = __torch__.inside(train, -1)
  w = __torch__.join(frozen, __torch__.join(train, leaves))
  x = __torch__.embed(w, inputs)
  out = annotate(Dict[str, Tensor], {})
  if x.requires_grad:
    out = __torch__.backward(w, x, gx, leaves, None)
  return out

def gather(into: Dict[str, Tensor], more: Dict[str, Tensor]) -> Dict[str, Tensor]:
  # The gradients of weights; that of a tied matrix has a part from each end.
  for k in more:
    if k == "gx":
      pass
    elif k in into:
      into[k] = into[k] + more[k]
    else:
      into[k] = more[k]
  return into

def checkpointed(frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], labels: Tensor) -> Dict[str, Tensor]:
  w = __torch__.join(frozen, train)
  context = __torch__.context(inputs, __torch__.wanted(inputs, labels))
  states = __torch__.through(w, __torch__.embed(w, inputs), context)
  out = __torch__.end_gradients(frozen, train, inputs, labels, states.pop())
  gx = out["gx"]
  for n in range(${layers}):
    found = __torch__.block_gradients(frozen, train, context, ${layers} - 1 - n, states.pop(), gx)
    gx = found["gx"]
    out = __torch__.gather(out, found)
  out = __torch__.gather(out, __torch__.start_gradients(frozen, train, inputs, gx))
  return out
