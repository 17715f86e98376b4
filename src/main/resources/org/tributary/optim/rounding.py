# Stochastic rounding: bfloat16 weights are updated in float32 and then rounded up or down at random.

def noise(first: int, n: int, number: int, like: Tensor) -> Tensor:
  # 16 random bits for each place: a 32-bit hash of place and number, in int64 without overflow.
  h = torch.add(torch.arange(first, first + n, dtype=4, device=like.device), number)
  for i in range(2):
    h = torch.bitwise_and(torch.bitwise_xor(torch.bitwise_right_shift(h, 16), h) * 73244475, 4294967295)
  h = torch.bitwise_xor(torch.bitwise_right_shift(h, 16), h)
  return torch.bitwise_and(h, 65535).to(3)

def assign(w: Tensor, p: Tensor, number: int) -> Tensor:
  # w = p, if they are not the same. p is m 2^e with 1/2 <= |m| < 1, and of m bfloat16 keeps 8 bits:
  # the whole part of 256 m + u, u in [0, 1). In pieces, because the noise takes more memory than the weights.
  if w.dtype == 15:
    to = torch.view(w, [-1])
    flat = torch.view(p, [-1])
    n = torch.numel(w)
    first = 0
    while first < n:
      last = min(first + 1048576, n)
      m, e = torch.frexp(torch.slice(flat, 0, first, last))
      u = torch.div(__torch__.noise(first, last - first, number, p).to(6), 65536.)
      kept = torch.floor(torch.add(torch.mul(m, 256.), u))
      _0 = torch.copy_(torch.slice(to, 0, first, last), torch.ldexp(kept, torch.sub(e, 8)))
      first = last
    return w
  return p
