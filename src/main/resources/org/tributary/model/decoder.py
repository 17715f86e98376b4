# The common part of decoders. Inputs are ids, mask, types [b, t]; only ids are used, and the mask for the
# rows' lengths; labels [b, t]. Rows are padded on the right, so the causal order alone keeps padding
# out of the results.
#
# The family defines tokens(w, ids, positions) [b, t, d], turns(positions, lengths) (empty without
# rotary positions), attend(w, i, x, turns) (queries, keys, values [b, heads, t, head] of block i),
# rest(w, i, x, attended) (the part of block i after attention), final(w, x), head(w, x).

def split(x: Tensor, heads: int) -> Tensor:
  return torch.transpose(torch.view(x, [x.size(0), x.size(1), heads, ${head}]), 1, 2)

def merge(x: Tensor) -> Tensor:
  return torch.reshape(torch.transpose(x, 1, 2), [x.size(0), x.size(2), ${heads} * ${head}])

def positions(ids: Tensor) -> Tensor:
  return torch.arange(ids.size(1), device=ids.device)

def lengths(inputs: List[Tensor]) -> Tensor:
  # Lengths of rows [b, 1], from a mask [b, t] or given as [b]; without either, rows have no padding.
  ids = inputs[0]
  if len(inputs) == 1:
    return torch.full([ids.size(0), 1], ids.size(1), dtype=4, device=ids.device)
  if inputs[1].dim() == 1:
    return torch.unsqueeze(inputs[1], 1)
  return torch.sum(inputs[1], [1], True)

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  return __torch__.tokens(w, inputs[0], __torch__.positions(inputs[0]))

def context(inputs: List[Tensor]) -> List[Tensor]:
  return __torch__.turns(__torch__.positions(inputs[0]), __torch__.lengths(inputs))

def causal(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  return __torch__.merge(torch.scaled_dot_product_attention(q, k, v, None, 0., True, scale=None, enable_gqa=True))

def block(w: Dict[str, Tensor], i: int, x: Tensor, context: List[Tensor]) -> Tensor:
  qkv = __torch__.attend(w, i, x, context)
  return __torch__.rest(w, i, x, __torch__.causal(qkv[0], qkv[1], qkv[2]))

def logits(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  return __torch__.head(w, __torch__.final(w, x)).to(6)

def predictions(w: Dict[str, Tensor], x: Tensor, labels: Tensor) -> Tensor:
  # Logits only at places whose next token counts: [n, vocabulary].
  before = torch.slice(__torch__.final(w, x), 1, 0, -1)
  counts = torch.ne(torch.slice(labels, 1, 1), -100)
  chosen = torch.view(torch.masked_select(before, torch.unsqueeze(counts, -1)), [-1, ${hidden}])
  return __torch__.head(w, chosen).to(6)

def counted(labels: Tensor) -> Tensor:
  after = torch.slice(labels, 1, 1)
  return torch.masked_select(after, torch.ne(after, -100))

def outcome(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor], labels: Tensor) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  out["loss"] = torch.cross_entropy_loss(__torch__.predictions(w, x, labels), __torch__.counted(labels), None, 1, -100, 0.)
  return out

def observed(w: Dict[str, Tensor], states: List[Tensor], inputs: List[Tensor]) -> Dict[str, Tensor]:
  # After the embeddings, after every block but the last, after the final norm.
  out = annotate(Dict[str, Tensor], {})
  i = 0
  for x in states:
    if i == ${layers}:
      x = __torch__.final(w, x)
    out["hidden_states." + str(i)] = x
    i = i + 1
  return out

def said(ids: Tensor, own: Tensor, logits: Tensor) -> Tensor:
  # Which tokens [b, v] occur in ids [b, t], not counting a row's padding, which is treated as its first token.
  mine = torch.where(torch.slice(own, 1, 0, ids.size(1)), ids, torch.slice(ids, 1, 0, 1))
  return torch.scatter(torch.zeros_like(logits, dtype=11), 1, mine, 1)

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

def step_block(w: Dict[str, Tensor], i: int, x: Tensor, turns: List[Tensor], keys: Tensor, values: Tensor, slot: int, keep: Tensor) -> Tensor:
  # One token per row with the cache: x [b, 1, d], keys and values [b, kv, slots, head], keep [b, 1, 1, slots].
  qkv = __torch__.attend(w, i, x, turns)
  _0 = torch.copy_(torch.slice(keys, 2, slot, slot + 1), qkv[1])
  _1 = torch.copy_(torch.slice(values, 2, slot, slot + 1), qkv[2])
  y = torch.scaled_dot_product_attention(qkv[0], keys, values, keep, 0., False, scale=None, enable_gqa=True)
  return __torch__.rest(w, i, x, __torch__.merge(y))
