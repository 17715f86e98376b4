class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def forward(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor]) -> Dict[str, Tensor]:
    w = __torch__.join(frozen, train)
    context = __torch__.context(inputs, __torch__.wanted(inputs, None))
    states = __torch__.through(w, __torch__.embed(w, inputs), context)
    out = annotate(Dict[str, Tensor], {})
    out["logits"] = __torch__.logits(w, states[-1], inputs)
    return out

  def states(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor]) -> Dict[str, Tensor]:
    w = __torch__.join(frozen, train)
    context = __torch__.context(inputs, __torch__.everywhere(inputs))
    states = __torch__.through(w, __torch__.embed(w, inputs), context)
    return __torch__.observed(w, states, inputs)

  def gradients(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], labels: Tensor) -> Dict[str, Tensor]:
    leaves = __torch__.leaves(train)
    w = __torch__.join(frozen, leaves)
    context = __torch__.context(inputs, __torch__.wanted(inputs, labels))
    states = __torch__.through(w, __torch__.embed(w, inputs), context)
    results = __torch__.outcome(w, states[-1], inputs, labels)
    out = __torch__.backward(w, results["loss"], None, leaves, None)
    for k in results:
      out[k] = torch.detach(results[k])
    return out

  def checkpointed(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], labels: Tensor) -> Dict[str, Tensor]:
    # Like gradients, with the activations of only one block at a time.
    return __torch__.checkpointed(frozen, train, inputs, labels)

  def between(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], labels: Tensor) -> Dict[str, Tensor]:
    # The input of each block, and the output of the last: x.0, x.1, ...
    w = __torch__.join(frozen, train)
    out = annotate(Dict[str, Tensor], {})
    context = __torch__.context(inputs, __torch__.wanted(inputs, labels))
    i = 0
    for x in __torch__.through(w, __torch__.embed(w, inputs), context):
      out["x." + str(i)] = x
      i = i + 1
    return out

  def end_gradients(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], labels: Tensor, x: Tensor) -> Dict[str, Tensor]:
    return __torch__.end_gradients(frozen, train, inputs, labels, x)

  def block_gradients(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], labels: Tensor, i: Tensor, x: Tensor, gx: Tensor) -> Dict[str, Tensor]:
    context = __torch__.context(inputs, __torch__.wanted(inputs, labels))
    return __torch__.block_gradients(frozen, train, context, int(torch.item(i)), x, gx)

  def start_gradients(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], labels: Tensor, gx: Tensor) -> Dict[str, Tensor]:
    return __torch__.start_gradients(frozen, train, inputs, gx)

