# Stochastic rounding: bfloat16 weights are updated in float32 and then rounded up or down at random.

def folded(h: Tensor) -> Tensor:
  # h ^ (h >> 16), with a shift that brings in zeros.
  x = torch.bitwise_right_shift(h, 16)
  _0 = torch.bitwise_and_(x, 65535)
  return torch.bitwise_xor_(x, h)

def noise(first: int, last: int, number: int, like: Tensor) -> Tensor:
  # 16 random bits for each place from first (even) to last: the halves of a 32-bit hash of place / 2 and number, in
  # int32, whose products and sums wrap around.
  h = torch.arange(first // 2, (last + 1) // 2, dtype=3, device=like.device)
  _0 = torch.add_(h, number)
  for i in range(2):
    h = torch.mul_(__torch__.folded(h), 73244475)
  halves = torch.view_copy(__torch__.folded(h), dtype=2)
  return torch.bitwise_and_(torch.slice(halves, 0, 0, last - first).to(3), 65535)

def assign_piece(w: Tensor, p: Tensor, at: int, number: int) -> Tensor:
  # w = p, if they are not the same; the first of them is place at (even) of its weight. bfloat16 is the upper half of a
  # float32. Random bits are added to the lower half, which is then cut off: the carry rounds away from zero with the
  # probability that makes the mean exact. In pieces, because the noise takes more memory than the weights; large ones,
  # because threads have to be woken for each operation.
  if w.dtype == 15:
    to = torch.view(w, [-1])
    flat = torch.view(p, [-1])
    n = torch.numel(w)
    first = 0
    while first < n:
      last = min(first + 1048576, n)
      bits = torch.view_copy(torch.slice(flat, 0, first, last), dtype=3)
      _0 = torch.add_(bits, __torch__.noise(at + first, at + last, number, p))
      _1 = torch.bitwise_and_(bits, -65536)
      _2 = torch.copy_(torch.slice(to, 0, first, last), torch.view_copy(bits, dtype=6))
      first = last
    return w
  return p

def assign(w: Tensor, p: Tensor, number: int) -> Tensor:
  # The same for a whole weight.
  return __torch__.assign_piece(w, p, 0, number)
