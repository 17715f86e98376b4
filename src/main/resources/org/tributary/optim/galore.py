# Bases are computed for tall matrices g, and for the transpose of wide ones: the first right singular vectors,
# as rows [rank, columns of g].

def canonical(rows: Tensor) -> Tensor:
  # The sign of a singular vector is not unique: the entry of largest absolute value becomes positive.
  largest = torch.argmax(torch.abs(rows), 1, True)
  return torch.mul(rows, torch.sign(torch.gather(rows, 1, largest)))

def exact(g: Tensor, last: Tensor, random: Tensor, rank: int) -> Tensor:
  u, s, vh = torch.linalg_svd(g, False)
  return torch.slice(vh, 0, 0, rank)

def randomized(g: Tensor, last: Tensor, random: Tensor, rank: int) -> Tensor:
  # Subspace iteration from the last basis and some random columns, or from random ones alone. At its
  # end g^T y = z r, so g is nearly y (z r)^T, and only a small matrix must be decomposed.
  z = random
  if random.size(1) == ${oversampling}:
    z = torch.cat([torch.t(last), random], 1)
  y, r = torch.linalg_qr(torch.matmul(g, z))
  z, r = torch.linalg_qr(torch.matmul(torch.t(g), y))
  for i in range(${passes}):
    y, r1 = torch.linalg_qr(torch.matmul(g, z))
    z, r = torch.linalg_qr(torch.matmul(torch.t(g), y))
  u, s, wh = torch.linalg_svd(torch.t(r), False)
  return torch.matmul(torch.slice(wh, 0, 0, rank), torch.t(z))

def adam(m: Tensor, v: Tensor, g: Tensor, beta1: float, beta2: float, eps: float) -> Tensor:
  _0 = torch.add_(torch.mul_(m, beta1), g, alpha=1. - beta1)
  _1 = torch.addcmul_(torch.mul_(v, beta2), g, g, value=1. - beta2)
  return torch.div(m, torch.add_(torch.sqrt(v), eps))

def times(a: Tensor, b: Tensor) -> Tensor:
  # a b^T
  if __torch__.large(a, b.size(0)):
    return __torch__.product(a, b, None)
  return torch.matmul(a, torch.t(b))

def moved(w: Tensor, a: Tensor, b: Tensor, by: float) -> Tensor:
  # w += by a b
  if __torch__.large(a, b.size(1)):
    return torch.add_(w, __torch__.product(a, torch.t(b), None), alpha=by)
  return torch.addmm_(w, a, b, beta=1, alpha=by)

class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def begin(self: __torch__.Program, steps: Dict[str, Tensor]) -> Dict[str, Tensor]:
    _0 = torch.add_(steps["taken"], 1)
    return annotate(Dict[str, Tensor], {})

  def step(self: __torch__.Program, train: Dict[str, Tensor], m: Dict[str, Tensor], v: Dict[str, Tensor], basis: Dict[str, Tensor], steps: Dict[str, Tensor], grads: Dict[str, Tensor], renew: Dict[str, Tensor], rounding: Dict[str, Tensor], hyper: Tensor) -> Dict[str, Tensor]:
    t = float(torch.item(steps["taken"]))
    lr = __torch__.number(hyper, 0)
    beta1 = __torch__.number(hyper, 1)
    beta2 = __torch__.number(hyper, 2)
    eps = __torch__.number(hyper, 3)
    decay = __torch__.number(hyper, 4)
    scale = __torch__.number(hyper, 5)
    rate = lr * (1. - beta2 ** t) ** 0.5 / (1. - beta1 ** t)
    for k in grads:
      w = train[k].to(6)
      g = grads[k].to(6)
      if k in basis:
        p = basis[k]
        right = g.size(0) >= g.size(1)
        if k in renew:
          rows = p
          tall = g
          if not right:
            rows = torch.t(p)
            tall = torch.t(g)
          found = __torch__.${projector}(tall, rows, renew[k], ${rank})
          _0 = torch.copy_(rows, __torch__.canonical(found))
        if right:
          n = __torch__.adam(m[k], v[k], __torch__.times(g, p), beta1, beta2, eps)
          _1 = __torch__.moved(w, n, p, torch.neg(rate * scale))
        else:
          n = __torch__.adam(m[k], v[k], __torch__.times(torch.t(p), torch.t(g)), beta1, beta2, eps)
          _2 = __torch__.moved(w, p, n, torch.neg(rate * scale))
      else:
        _3 = torch.add_(w, __torch__.adam(m[k], v[k], g, beta1, beta2, eps), alpha=torch.neg(rate))
      if decay != 0.:
        _4 = torch.add_(w, w, alpha=torch.neg(lr * decay))
      _5 = __torch__.assign(train[k], w, int(torch.item(rounding[k])))
    return annotate(Dict[str, Tensor], {})
