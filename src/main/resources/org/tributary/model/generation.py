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
    # Inputs: ids [p, t] padded on the right, lengths [p], end tokens [n] (-1 for none), sampling (temperature,
    # top p, repetition penalty), uniform [p, new]: one number in [0, 1) for every row and new token, seats [1]: how
    # many rows are generated at once. A row that ends leaves its seat to the next prompt. Without further prompts the
    # seats that are taken move together. Each seat has a cache with a place for every token of its row.
    w = __torch__.join(frozen, train)
    ids = inputs[0]
    lengths = inputs[1]
    ends = torch.unsqueeze(inputs[2], 0)
    uniform = inputs[4]
    new = uniform.size(1)
    count = ids.size(0)
    seats = min(int(torch.item(inputs[5])), count)
    penalty = float(torch.item(torch.select(inputs[3], 0, 2)))
    if __torch__.prepacks() and 1 < seats and seats <= 64 and new >= 8 and not ids.is_cuda:
      # A single row is as fast without. At most 256 MiB of weights are copied; MKL takes twice as much for them.
      w["prepack"] = torch.tensor([seats, 268435456], dtype=4)
    made = torch.zeros([count, new], dtype=4, device=ids.device)
    x = torch.zeros([seats, ${hidden}], dtype=w["${writer}.weight"].dtype, device=ids.device)
    said = torch.zeros([seats, w["${writer}.weight"].size(0)], dtype=11, device=ids.device)
    row = torch.zeros([seats], dtype=4, device=ids.device)
    done = torch.zeros([seats], dtype=4, device=ids.device)
    keys = annotate(List[Tensor], [])
    values = annotate(List[Tensor], [])
    taken = annotate(List[bool], [])
    for s in range(seats):
      taken.append(False)
    asked = 0
    active = 0
    go = count > 0
    while go:
      free = annotate(List[int], [])
      chosen = annotate(List[int], [])
      for s in range(len(taken)):
        if not taken[s] and asked < count:
          free.append(s)
          chosen.append(asked)
          taken[s] = True
          asked = asked + 1
          active = active + 1
      if len(free) > 0:
        at = torch.tensor(free, dtype=4, device=ids.device)
        prompts = torch.tensor(chosen, dtype=4, device=ids.device)
        own = torch.index_select(lengths, 0, prompts)
        given = [torch.index_select(ids, 0, prompts), own]
        first = __torch__.prompt(w, given, new)
        for i in range(${layers}):
          if len(keys) == i:
            keys.append(torch.zeros([seats, first[1].size(1), ids.size(1) + new, ${head}], dtype=x.dtype, device=x.device))
            values.append(torch.zeros([seats, first[1].size(1), ids.size(1) + new, ${head}], dtype=x.dtype, device=x.device))
          _0 = torch.index_copy_(keys[i], 0, at, first[1 + 2 * i])
          _1 = torch.index_copy_(values[i], 0, at, first[2 + 2 * i])
        x = torch.index_copy(x, 0, at, first[0])
        row = torch.index_copy(row, 0, at, prompts)
        done = torch.index_fill(done, 0, at, 0)
        if penalty != 1.:
          said = torch.index_copy(said, 0, at, __torch__.said(given[0], own, said.size(1)))
      logits = __torch__.head(w, __torch__.final(w, x)).to(6)
      if penalty != 1.:
        logits = __torch__.penalized(logits, said, penalty)
      drawn = torch.squeeze(torch.gather(torch.index_select(uniform, 0, row), 1, torch.unsqueeze(torch.clamp(done, 0, new - 1), 1)), 1)
      token = __torch__.choose(logits, inputs[3], drawn)
      if penalty != 1.:
        said = torch.scatter(said, 1, torch.unsqueeze(token, 1), 1)
      position = torch.index_select(lengths, 0, row) + done
      last = torch.logical_or(torch.any(torch.eq(torch.unsqueeze(token, 1), ends), 1), torch.ge(torch.add(done, 1), new))
      ended = torch.cpu(last)
      sitting = annotate(List[int], [])
      staying = annotate(List[int], [])
      for s in range(len(taken)):
        if taken[s]:
          sitting.append(s)
          if bool(torch.item(torch.select(ended, 0, s))):
            taken[s] = False
            active = active - 1
          else:
            staying.append(s)
      places = torch.tensor(sitting, dtype=4, device=ids.device)
      at_row = torch.index_select(row, 0, places) * new + torch.index_select(done, 0, places)
      _2 = torch.index_copy_(torch.view(made, [-1]), 0, at_row, torch.index_select(token, 0, places))
      done = torch.clamp(torch.add(done, 1), 0, new - 1)
      go = active > 0 or asked < count
      if asked == count and active > 0 and 2 * active <= len(taken):
        kept = torch.tensor(staying, dtype=4, device=ids.device)
        row = torch.index_select(row, 0, kept)
        done = torch.index_select(done, 0, kept)
        token = torch.index_select(token, 0, kept)
        position = torch.index_select(position, 0, kept)
        said = torch.index_select(said, 0, kept)
        for i in range(${layers}):
          keys[i] = torch.index_select(keys[i], 0, kept)
          values[i] = torch.index_select(values[i], 0, kept)
        taken = annotate(List[bool], [])
        for s in range(len(staying)):
          taken.append(True)
      if active > 0:
        x = __torch__.tokens(w, token, position)
        turns = __torch__.turns(position, torch.add(position, 1))
        masks = __torch__.masks(position)
        for i in range(${layers}):
          x = __torch__.step_block(w, i, x, turns, keys[i], values[i], position, masks)
    out = annotate(Dict[str, Tensor], {})
    out["tokens"] = made
    return out
