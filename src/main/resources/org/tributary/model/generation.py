  def likelihood(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor], labels: Tensor) -> Dict[str, Tensor]:
    # -log p of every counted token, row after row: [n].
    w = __torch__.join(frozen, train)
    context = __torch__.context(inputs, __torch__.wanted(inputs, labels))
    states = __torch__.through(w, __torch__.embed(w, inputs), context)
    logits = __torch__.predictions(w, states[-1])
    out = annotate(Dict[str, Tensor], {})
    out["nll"] = torch.cross_entropy_loss(logits, __torch__.counted(labels), None, 0, -100, 0.)
    return out

  def generate(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], inputs: List[Tensor]) -> Dict[str, Tensor]:
    # Inputs: ids [b, t] padded on the right, lengths [b], end tokens [n] (-1 for none), sampling (temperature,
    # top p, repetition penalty), uniform [b, new]: one number in [0, 1) for every row and new token.
    # The cache has t slots for the prompt and one for each new token; a row attends to the slots of its own prompt.
    w = __torch__.join(frozen, train)
    ids = inputs[0]
    lengths = inputs[1]
    ends = torch.unsqueeze(inputs[2], 0)
    uniform = inputs[4]
    new = uniform.size(1)
    b = ids.size(0)
    t = ids.size(1)
    slots = t + new
    # Of the last block only the last token of each prompt is computed.
    last = torch.sub(torch.cumsum(lengths, 0), 1)
    context = __torch__.context(inputs, last)
    turns = torch.slice(context, 2)
    x = __torch__.embed(w, inputs)
    keys = annotate(List[Tensor], [])
    values = annotate(List[Tensor], [])
    for i in range(${layers}):
      places = annotate(Optional[Tensor], None)
      if i == ${layers} - 1:
        places = last
      qkv = __torch__.attend(w, i, x, turns, places)
      keys.append(__torch__.cache(qkv[1], inputs, new))
      values.append(__torch__.cache(qkv[2], inputs, new))
      if i == ${layers} - 1:
        x = __torch__.isolated(x, last)
      x = __torch__.rest(w, i, x, __torch__.attended(qkv[0], qkv[1], qkv[2], lengths, True))
    slot_numbers = torch.unsqueeze(torch.arange(slots, device=ids.device), 0)
    own = torch.lt(slot_numbers, torch.unsqueeze(lengths, 1))
    made = annotate(List[Tensor], [])
    said = own
    penalty = float(torch.item(torch.select(inputs[3], 0, 2)))
    done = torch.lt(lengths, 0)
    go = True
    n = 0
    while go:
      logits = __torch__.head(w, __torch__.final(w, x)).to(6)
      if penalty != 1.:
        if n == 0:
          said = __torch__.said(ids, own, logits)
        logits = __torch__.penalized(logits, said, penalty)
      token = __torch__.choose(logits, inputs[3], torch.select(uniform, 1, n))
      made.append(token)
      if penalty != 1.:
        said = torch.scatter(said, 1, torch.unsqueeze(token, 1), 1)
      done = torch.logical_or(done, torch.any(torch.eq(torch.unsqueeze(token, 1), ends), 1))
      n = n + 1
      go = n < new and not bool(torch.item(torch.all(done)))
      if go:
        position = torch.add(lengths, n - 1)
        x = __torch__.tokens(w, token, position)
        turns = __torch__.turns(position, torch.add(position, 1))
        slot = t + n - 1
        made_slots = torch.logical_and(torch.ge(slot_numbers, t), torch.le(slot_numbers, slot))
        keep = torch.view(torch.logical_or(own, made_slots), [b, 1, 1, slots])
        for i in range(${layers}):
          x = __torch__.step_block(w, i, x, turns, keys[i], values[i], slot, keep)
    out = annotate(Dict[str, Tensor], {})
    out["tokens"] = torch.stack(made, 1)
    return out
