# Rotary positions (Su et al. 2021) on the two halves of a head. One of the texts rope_*.py defines
# frequencies(lengths): the lengths of tokens' rows [n] to [head / 2], or [n, head / 2] if they differ by row.

def exponents(like: Tensor) -> Tensor:
  # 2i / head, i = 0 .. head/2 - 1
  return torch.div(torch.arange(0, ${head}, 2, dtype=6, device=like.device), ${head})

def turns(positions: Tensor, lengths: Tensor) -> List[Tensor]:
  # Positions [n] to cosines and sines [n, 1, head], the same for both halves of a head.
  a = torch.unsqueeze(positions.to(6), -1) * __torch__.frequencies(lengths)
  a = torch.unsqueeze(torch.cat([a, a], -1), 1)
  return [torch.cos(a), torch.sin(a)]

def rotate(x: Tensor, turns: List[Tensor]) -> Tensor:
  # x [n, heads, head], turns [n, 1, head]; in float32, rounded once.
  exact = x.to(6)
  halves = torch.chunk(exact, 2, -1)
  turned = torch.cat([torch.neg(halves[1]), halves[0]], -1)
  return torch.type_as(exact * turns[0] + turned * turns[1], x)
