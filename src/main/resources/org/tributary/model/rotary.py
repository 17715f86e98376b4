# Rotary positions (Su et al. 2021) on the two halves of a head, or of its first h numbers (Phi-3). One of the texts rope_*.py defines
# frequencies(lengths): the lengths of tokens' rows [n] to [h / 2], or [n, h / 2] if they differ by row.

def exponents(like: Tensor) -> Tensor:
  # 2i / h, i = 0 .. h/2 - 1, for the first h numbers of a head, which are turned
  return torch.div(torch.arange(0, ${rotary}, 2, dtype=6, device=like.device), ${rotary})

def turned(positions: Tensor, frequencies: Tensor) -> List[Tensor]:
  # Positions [n] to cosines and sines [n, 1, h], the same for both halves.
  a = torch.unsqueeze(positions.to(6), -1) * frequencies
  a = torch.unsqueeze(torch.cat([a, a], -1), 1)
  return [torch.cos(a), torch.sin(a)]

def turns(positions: Tensor, lengths: Tensor) -> List[Tensor]:
  # Cosines and sines; in Gemma 3 then those of the blocks with a window, which have another theta.
  out = __torch__.turned(positions, __torch__.frequencies(lengths))
  if ${local_theta} > 0.:
    local = torch.reciprocal(torch.pow(${local_theta}, __torch__.exponents(lengths)))
    for turn in __torch__.turned(positions, local):
      out.append(turn)
  return out

def rotate(x: Tensor, turns: List[Tensor]) -> Tensor:
  # x [n, heads, head], turns [n, 1, h]; in float32, rounded once. What follows the first h numbers stays.
  exact = x.to(6)
  parts = annotate(List[Tensor], [])
  if ${rotary} < ${head}:
    parts = torch.split_with_sizes(exact, [${rotary}, ${head} - ${rotary}], -1)
    exact = parts[0]
  halves = torch.chunk(exact, 2, -1)
  turned = torch.cat([torch.neg(halves[1]), halves[0]], -1)
  out = exact * turns[0] + turned * turns[1]
  if ${rotary} < ${head}:
    out = torch.cat([out, parts[1]], -1)
  return torch.type_as(out, x)
