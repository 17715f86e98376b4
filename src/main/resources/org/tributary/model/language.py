# Decoders that write text: the logits of the next token, and its choice. Labels are [b, t], -100 for tokens that do not
# count.

def wanted(inputs: List[Tensor], labels: Optional[Tensor]) -> Tensor:
  # The places whose next token counts in the loss; all without labels.
  if labels is None:
    return __torch__.everywhere(inputs)
  counts = torch.constant_pad_nd(torch.ne(torch.slice(labels, 1, 1), -100), [0, 1], 0)
  return torch.squeeze(torch.nonzero(__torch__.packed(counts, inputs)), 1)

def counted(labels: Tensor) -> Tensor:
  after = torch.slice(labels, 1, 1)
  return torch.masked_select(after, torch.ne(after, -100))

def predictions(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  return __torch__.head(w, __torch__.final(w, x)).to(6)

def logits(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  return __torch__.padded(__torch__.predictions(w, x), inputs)

def outcome(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor], labels: Tensor) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  out["loss"] = torch.cross_entropy_loss(__torch__.predictions(w, x), __torch__.counted(labels), None, 1, -100, 0.)
  return out

def observed(w: Dict[str, Tensor], states: List[Tensor], inputs: List[Tensor]) -> Dict[str, Tensor]:
  # After the embeddings, after every block but the last, after the final norm.
  out = annotate(Dict[str, Tensor], {})
  i = 0
  for x in states:
    if i == ${layers}:
      x = __torch__.final(w, x)
    out["hidden_states." + str(i)] = __torch__.padded(x, inputs)
    i = i + 1
  return out

def said(ids: Tensor, lengths: Tensor, vocabulary: int) -> Tensor:
  # Which tokens [b, v] occur in ids [b, t], not counting a row's padding, which is treated as its first token.
  own = torch.lt(torch.unsqueeze(torch.arange(ids.size(1), device=ids.device), 0), torch.unsqueeze(lengths, 1))
  mine = torch.where(own, ids, torch.slice(ids, 1, 0, 1))
  return torch.scatter(torch.zeros([ids.size(0), vocabulary], dtype=11, device=ids.device), 1, mine, 1)

def penalized(logits: Tensor, said: Tensor, penalty: float) -> Tensor:
  # logits [b, v]; those of tokens that occur are divided by the penalty if above 0, else multiplied by it.
  less = torch.where(torch.lt(logits, 0.), torch.mul(logits, penalty), torch.div(logits, penalty))
  return torch.where(said, less, logits)

def choose(logits: Tensor, sampling: Tensor, uniform: Tensor) -> Tensor:
  # logits [b, v]; sampling: temperature (0 takes the likeliest token) and top p; uniform [b] in [0, 1).
  # Samples from the smallest set of likeliest tokens whose mass reaches p, by its inverse distribution function.
  temperature = float(torch.item(torch.select(sampling, 0, 0)))
  p = float(torch.item(torch.select(sampling, 0, 1)))
  if temperature == 0.:
    return torch.argmax(logits, 1)
  mass = torch.softmax(torch.div(logits.to(7), temperature), 1)
  values, tokens = torch.sort(mass, stable=True, dim=1, descending=True)
  before = torch.sub(torch.cumsum(values, 1), values)
  values = torch.masked_fill(values, torch.ge(before, p), 0.)
  reached = torch.cumsum(values, 1)
  aim = torch.unsqueeze(uniform, 1) * torch.slice(reached, 1, -1)
  place = torch.sum(torch.le(reached, aim), [1], True)
  last = torch.sub(torch.sum(torch.gt(values, 0.), [1], True), 1)
  return torch.squeeze(torch.gather(tokens, 1, torch.minimum(place, last)), 1)

def cache(x: Tensor, inputs: List[Tensor], new: int) -> Tensor:
  # Keys or values [n, kv, head] of prompts to [b, kv, t + new, head].
  rows = torch.view(__torch__.padded(torch.flatten(x, 1), inputs), [inputs[0].size(0), -1, x.size(1), x.size(2)])
  return torch.constant_pad_nd(torch.transpose(rows, 1, 2), [0, 0, 0, new], 0)

def prompt(w: Dict[str, Tensor], inputs: List[Tensor], new: int) -> List[Tensor]:
  # The hidden states after the last block of each prompt's last token [b, d]; then keys and values of each block, with
  # places for new tokens [b, kv, t + new, head]. Of the last block only the last token is computed.
  lengths = inputs[1]
  last = torch.sub(torch.cumsum(lengths, 0), 1)
  turns = torch.slice(__torch__.context(inputs, last), 2)
  x = __torch__.embed(w, inputs)
  out = annotate(List[Tensor], [])
  for i in range(${layers}):
    places = annotate(Optional[Tensor], None)
    if i == ${layers} - 1:
      places = last
    qkv = __torch__.attend(w, i, x, turns, places)
    out.append(__torch__.cache(qkv[1], inputs, new))
    out.append(__torch__.cache(qkv[2], inputs, new))
    if i == ${layers} - 1:
      x = __torch__.isolated(x, last)
    y = __torch__.attended_within(qkv[0], qkv[1], qkv[2], lengths, True, __torch__.window(i))
    x = __torch__.rest(w, i, x, y)
  states = [x]
  for part in out:
    states.append(part)
  return states

def masks(position: Tensor) -> List[Tensor]:
  # Which places of the cache the tokens at some positions [b] see [b, 1, 1, reach]: in blocks without a window, and in
  # those with one, which all have the same.
  own = torch.view(position, [-1, 1, 1])
  places = torch.arange(int(torch.item(torch.max(position))) + 1, device=position.device)
  windows = annotate(List[int], ${windows})
  out = [__torch__.seen(own, places, 0)]
  if max(windows) > 0:
    out.append(__torch__.seen(own, places, max(windows)))
  return out

def step_block(w: Dict[str, Tensor], i: int, x: Tensor, turns: List[Tensor], keys: Tensor, values: Tensor, position: Tensor, masks: List[Tensor]) -> Tensor:
  # One token per row with the cache: x [b, d], keys and values [b, kv, places, head], position of the token [b],
  # masks [b, 1, 1, reach].
  qkv = __torch__.attend(w, i, x, turns, None)
  place = torch.expand(torch.view(position, [-1, 1, 1, 1]), [keys.size(0), keys.size(1), 1, ${head}])
  _0 = torch.scatter_(keys, 2, place, torch.unsqueeze(qkv[1], 2))
  _1 = torch.scatter_(values, 2, place, torch.unsqueeze(qkv[2], 2))
  keep = masks[int(__torch__.window(i) > 0)]
  k = torch.slice(keys, 2, 0, keep.size(3))
  v = torch.slice(values, 2, 0, keep.size(3))
  y = __torch__.scored(torch.unsqueeze(qkv[0], 2), k, v, keep, False)
  return __torch__.rest(w, i, x, __torch__.flat(y))
