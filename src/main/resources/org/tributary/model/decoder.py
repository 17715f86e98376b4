# The common part of decoders, whether they write text (language.py) or classify it (score.py). Inputs are ids, mask,
# types [b, t]; only ids are used, and the mask for the rows' lengths. Hidden states are packed: [n, d].
#
# The family defines tokens(w, ids, positions) [n, d], turns(positions, lengths) (empty without rotary positions),
# attend(w, i, x, turns, places) (queries [p, heads, head] of block i, at some places or all; keys and values
# [n, kv heads, head]), rest(w, i, x, attended) (the part of block i after attention), final(w, x), head(w, x).

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  return __torch__.tokens(w, __torch__.packed(inputs[0], inputs), __torch__.positions(inputs))

def window(i: int) -> int:
  # How many tokens, itself included, a token of block i attends to; 0 for all.
  windows = annotate(List[int], ${windows})
  return windows[i]

def context(inputs: List[Tensor], places: Tensor) -> List[Tensor]:
  lengths = __torch__.lengths(inputs)
  out = [lengths, places]
  for turn in __torch__.turns(__torch__.positions(inputs), torch.repeat_interleave(lengths, lengths)):
    out.append(turn)
  return out

def block(w: Dict[str, Tensor], i: int, x: Tensor, context: List[Tensor]) -> Tensor:
  # If few places of the last block are read, only they are computed.
  lengths = context[0]
  places = context[1]
  turns = torch.slice(context, 2)
  if i == ${layers} - 1 and 2 * places.size(0) < x.size(0):
    qkv = __torch__.attend(w, i, x, turns, places)
    y = __torch__.attended_at(qkv[0], qkv[1], qkv[2], lengths, places, __torch__.window(i))
    return __torch__.rest(w, i, __torch__.isolated(x, places), y)
  qkv = __torch__.attend(w, i, x, turns, None)
  y = __torch__.attended_within(qkv[0], qkv[1], qkv[2], lengths, True, __torch__.window(i))
  x = __torch__.rest(w, i, x, y)
  if i == ${layers} - 1:
    x = __torch__.isolated(x, places)
  return x
