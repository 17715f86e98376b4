# Rotary positions (Su et al. 2021) on the two halves of a head.

def frequencies(positions: Tensor) -> Tensor:
  # theta^(-2i/head), i = 0 .. head/2 - 1
  i = torch.arange(0, ${head}, 2, dtype=6, device=positions.device)
  return torch.reciprocal(torch.pow(${theta}, torch.mul(i, ${head_reciprocal})))

def turns(positions: Tensor) -> List[Tensor]:
  # positions [...] to cosines and sines [..., head], the same for both halves of a head.
  a = torch.unsqueeze(positions.to(6), -1) * __torch__.frequencies(positions)
  a = torch.cat([a, a], -1)
  return [torch.cos(a), torch.sin(a)]

def rotate(x: Tensor, turns: List[Tensor]) -> Tensor:
  # x [b, heads, t, head], turns [t, head] or [b, 1, t, head]
  halves = torch.chunk(x, 2, -1)
  turned = torch.cat([torch.neg(halves[1]), halves[0]], -1)
  return x * torch.type_as(turns[0], x) + turned * torch.type_as(turns[1], x)
