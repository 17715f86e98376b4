# Rotary positions (Su et al. 2021) on the two halves of a head. One of the texts rope_*.py defines
# frequencies(lengths): rows' lengths [b, 1] to [head / 2], or [b, 1, 1, head / 2] if they differ by row.

def exponents(like: Tensor) -> Tensor:
  # 2i / head, i = 0 .. head/2 - 1
  return torch.div(torch.arange(0, ${head}, 2, dtype=6, device=like.device), ${head})

def turns(positions: Tensor, lengths: Tensor) -> List[Tensor]:
  # positions [...] to cosines and sines [..., head], the same for both halves of a head.
  a = torch.unsqueeze(positions.to(6), -1) * __torch__.frequencies(lengths)
  a = torch.cat([a, a], -1)
  return [torch.cos(a), torch.sin(a)]

def rotate(x: Tensor, turns: List[Tensor]) -> Tensor:
  # x [b, heads, t, head], turns [t, head] or [b, 1, t, head]
  halves = torch.chunk(x, 2, -1)
  turned = torch.cat([torch.neg(halves[1]), halves[0]], -1)
  return x * torch.type_as(turns[0], x) + turned * torch.type_as(turns[1], x)
