# Rows of text without their padding. A batch comes as ids [b, t], padded on the right; hidden states are
# packed: [n, d], the n real tokens, row after row. So padding costs nothing, and a row's result does not
# depend on the other rows of its batch, except for rounding.

def lengths(inputs: List[Tensor]) -> Tensor:
  # Lengths of rows [b], from a mask [b, t] or given as [b]; without either, rows have no padding.
  ids = inputs[0]
  if len(inputs) == 1:
    return torch.full([ids.size(0)], ids.size(1), dtype=4, device=ids.device)
  if inputs[1].dim() == 1:
    return inputs[1]
  return torch.sum(inputs[1], [1])

def starts(lengths: Tensor) -> Tensor:
  # Places of the rows' first tokens among the packed tokens [b].
  return torch.sub(torch.cumsum(lengths, 0), lengths)

def real(inputs: List[Tensor]) -> Tensor:
  # Places of real tokens in a padded batch: [n] of b t.
  ids = inputs[0]
  positions = torch.unsqueeze(torch.arange(ids.size(1), device=ids.device), 0)
  inside = torch.lt(positions, torch.unsqueeze(__torch__.lengths(inputs), 1))
  return torch.squeeze(torch.nonzero(torch.flatten(inside)), 1)

def positions(inputs: List[Tensor]) -> Tensor:
  # The position of each packed token in its row [n].
  return torch.remainder(__torch__.real(inputs), inputs[0].size(1))

def packed(x: Tensor, inputs: List[Tensor]) -> Tensor:
  # x [b, t] to [n]
  return torch.index_select(torch.flatten(x), 0, __torch__.real(inputs))

def padded(x: Tensor, inputs: List[Tensor]) -> Tensor:
  # x [n, d] to [b, t, d], zero in the padding.
  b = inputs[0].size(0)
  t = inputs[0].size(1)
  all = torch.zeros([b * t, x.size(1)], dtype=x.dtype, device=x.device)
  return torch.view(torch.index_copy(all, 0, __torch__.real(inputs), x), [b, t, x.size(1)])

def everywhere(inputs: List[Tensor]) -> Tensor:
  # All places among the packed tokens [n].
  real = __torch__.real(inputs)
  return torch.arange(real.size(0), device=real.device)

def heads(x: Tensor, heads: int) -> Tensor:
  return torch.view(x, [x.size(0), heads, ${head}])

def groups(lengths: Tensor) -> List[List[int]]:
  # Neighbouring rows of equal length are attended to together: numbers of rows, and their lengths.
  host = torch.cpu(lengths)
  counts = annotate(List[int], [])
  sizes = annotate(List[int], [])
  for n in range(host.size(0)):
    size = int(torch.item(torch.select(host, 0, n)))
    if len(sizes) > 0 and sizes[-1] == size:
      counts.append(counts.pop() + 1)
    else:
      counts.append(1)
      sizes.append(size)
  return [counts, sizes]

def rows(x: Tensor, count: int) -> Tensor:
  # [count size, heads, head] to [count, heads, size, head]
  return torch.transpose(torch.view(x, [count, -1, x.size(1), x.size(2)]), 1, 2)

def flat(y: Tensor) -> Tensor:
  # [rows, heads, size, head] to [rows size, heads head]
  return torch.reshape(torch.transpose(y, 1, 2), [y.size(0) * y.size(2), y.size(1) * y.size(3)])

def scored(q: Tensor, k: Tensor, v: Tensor, seen: Optional[Tensor], causal: bool) -> Tensor:
  # softmax(scores) v, with scores = scale q k^T, or cap tanh(scores / cap): q [b, heads, m, head], k, v
  # [b, kv heads, t, head]. A mask of the keys that are seen broadcasts to [b, heads, m, t].
  if ${score_cap} == 0.:
    return torch.scaled_dot_product_attention(q, k, v, seen, 0., causal, scale=${score_scale}, enable_gqa=True)
  share = q.size(1) // k.size(1)
  keys = torch.repeat_interleave(k, share, 1)
  scores = torch.mul(torch.matmul(q, torch.transpose(keys, 2, 3)), ${score_factor})
  scores = torch.mul(torch.tanh(torch.div(scores, ${score_cap})), ${score_cap})
  if seen is not None:
    scores = torch.masked_fill(scores, torch.logical_not(seen), -1.e30)
  elif causal:
    scores = torch.masked_fill(scores, torch.logical_not(__torch__.backwards(q.size(2), q)), -1.e30)
  weights = torch.type_as(torch.softmax(scores, -1, dtype=6), v)
  return torch.matmul(weights, torch.repeat_interleave(v, share, 1))

def backwards(size: int, like: Tensor) -> Tensor:
  # Each of some tokens sees itself and the earlier ones [size, size].
  at = torch.arange(size, device=like.device)
  return torch.ge(torch.unsqueeze(at, 1), torch.unsqueeze(at, 0))

def seen(own: Tensor, others: Tensor, window: int) -> Tensor:
  # Which of the tokens at others [t] those at own [.., m] attend to: the last ones up to themselves, as many as the
  # window has, or all if it is 0. Returns [.., m, t].
  back = torch.sub(torch.unsqueeze(own, -1), others)
  seen = torch.ge(back, 0)
  if window > 0:
    seen = torch.logical_and(seen, torch.lt(back, window))
  return seen

def attended(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, causal: bool) -> Tensor:
  # Attention within each row: keys and values of all tokens [n, kv heads, head]; queries [m, heads, head] of all, or
  # of one for each row, which sees its whole row. Returns [m, heads head].
  return __torch__.attended_within(q, k, v, lengths, causal, 0)

def attended_within(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, causal: bool, window: int) -> Tensor:
  # The same with a causal window, if it is above 0; a single query of a row is then its last token's.
  found = __torch__.groups(lengths)
  counts = found[0]
  sizes = found[1]
  single = q.size(0) == lengths.size(0)
  widths = annotate(List[int], [])
  queries = annotate(List[int], [])
  for g in range(len(counts)):
    widths.append(counts[g] * sizes[g])
    if single:
      queries.append(counts[g])
    else:
      queries.append(counts[g] * sizes[g])
  qs = torch.split_with_sizes(q, queries, 0)
  ks = torch.split_with_sizes(k, widths, 0)
  vs = torch.split_with_sizes(v, widths, 0)
  out = annotate(List[Tensor], [])
  for g in range(len(counts)):
    mask = annotate(Optional[Tensor], None)
    if window > 0 and window < sizes[g]:
      at = torch.arange(sizes[g], device=q.device)
      own = at
      if single:
        own = torch.slice(at, 0, sizes[g] - 1)
      mask = __torch__.seen(own, at, window)
    y = __torch__.scored(__torch__.rows(qs[g], counts[g]), __torch__.rows(ks[g], counts[g]), __torch__.rows(vs[g], counts[g]), mask, causal and not single and mask is None)
    out.append(__torch__.flat(y))
  if len(out) == 1:
    return out[0]
  return torch.cat(out, 0)

def attended_at(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, places: Tensor, window: int) -> Tensor:
  # Causal attention with queries [p, heads, head] only at some places, in ascending order, and with a window if it
  # is above 0. Returns [p, heads head].
  ends = torch.cumsum(lengths, 0)
  until = torch.cpu(torch.searchsorted(places, ends))
  host = torch.cpu(lengths)
  sizes = annotate(List[int], [])
  queries = annotate(List[int], [])
  done = 0
  for n in range(host.size(0)):
    sizes.append(int(torch.item(torch.select(host, 0, n))))
    reached = int(torch.item(torch.select(until, 0, n)))
    queries.append(reached - done)
    done = reached
  qs = torch.split_with_sizes(q, queries, 0)
  ks = torch.split_with_sizes(k, sizes, 0)
  vs = torch.split_with_sizes(v, sizes, 0)
  own = torch.split_with_sizes(places, queries, 0)
  out = annotate(List[Tensor], [])
  begin = 0
  for n in range(len(sizes)):
    if queries[n] > 0:
      before = torch.arange(begin, begin + sizes[n], device=places.device)
      mask = __torch__.seen(own[n], before, window)
      y = __torch__.scored(__torch__.rows(qs[n], 1), __torch__.rows(ks[n], 1), __torch__.rows(vs[n], 1), mask, False)
      out.append(__torch__.flat(y))
    begin = begin + sizes[n]
  return torch.cat(out, 0)
