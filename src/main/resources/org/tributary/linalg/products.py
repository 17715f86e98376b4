# M = L R^T, held as l [m, w] and rt = R^T [w, n]. If M itself is held, it is l, and rt has one dimension.

def forth(l: Tensor, rt: Tensor, x: Tensor) -> Tensor:
  # M x
  y = x
  if torch.dim(rt) == 2:
    y = torch.matmul(rt, x)
  return torch.matmul(l, y)

def back(l: Tensor, rt: Tensor, x: Tensor) -> Tensor:
  # M^T x
  y = torch.matmul(torch.t(l), x)
  if torch.dim(rt) == 2:
    y = torch.matmul(torch.t(rt), y)
  return y

def number(x: Tensor, i: int) -> int:
  return int(torch.item(torch.select(x, 0, i)))

class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def place(self: __torch__.Program, l: Tensor, rt: Tensor, b: Tensor, a: Tensor, weight: Tensor, at: Tensor) -> Dict[str, Tensor]:
    # One term, weight B A: its columns of L and its rows of R^T.
    first = __torch__.number(at, 0)
    last = first + b.size(1)
    out = annotate(Dict[str, Tensor], {})
    out["l"] = torch.copy_(torch.slice(l, 1, first, last), torch.mul(b, weight))
    out["rt"] = torch.copy_(torch.slice(rt, 0, first, last), a)
    return out

  def exact(self: __torch__.Program, l: Tensor, rt: Tensor, sizes: Tensor) -> Dict[str, Tensor]:
    rank = __torch__.number(sizes, 0)
    ql, rl = torch.linalg_qr(l, "reduced")
    qr, rr = torch.linalg_qr(torch.t(rt), "reduced")
    u, s, vh = torch.linalg_svd(torch.matmul(rl, torch.t(rr)), False)
    out = annotate(Dict[str, Tensor], {})
    out["u"] = torch.contiguous(torch.matmul(ql, torch.slice(u, 1, 0, rank)))
    out["s"] = torch.slice(s, 0, 0, rank)
    out["v"] = torch.contiguous(torch.matmul(qr, torch.t(torch.slice(vh, 0, 0, rank))))
    return out

  def begin(self: __torch__.Program, q: Tensor, start: Tensor) -> Dict[str, Tensor]:
    # The first block of the basis. Rows of q are the vectors.
    x, r = torch.linalg_qr(torch.t(start), "reduced")
    out = annotate(Dict[str, Tensor], {})
    out["q"] = torch.copy_(torch.slice(q, 0, 0, start.size(0)), torch.t(x))
    return out

  def grow(self: __torch__.Program, l: Tensor, rt: Tensor, q: Tensor, t: Tensor, sizes: Tensor) -> Dict[str, Tensor]:
    # One more block: M M^T times the last one, orthogonal to all. Projected twice (Kahan: twice is enough).
    first = __torch__.number(sizes, 0)
    last = __torch__.number(sizes, 1)
    known = torch.slice(q, 0, 0, last)
    x = torch.t(torch.slice(q, 0, first, last))
    y = __torch__.forth(l, rt, __torch__.back(l, rt, x))
    h = torch.matmul(known, y)
    x, r1 = torch.linalg_qr(torch.sub(y, torch.matmul(torch.t(known), h)), "reduced")
    x, r2 = torch.linalg_qr(torch.sub(x, torch.matmul(torch.t(known), torch.matmul(known, x))), "reduced")
    out = annotate(Dict[str, Tensor], {})
    out["t"] = torch.copy_(torch.slice(torch.slice(t, 0, 0, last), 1, first, last), h)
    out["tt"] = torch.copy_(torch.slice(torch.slice(t, 0, first, last), 1, 0, last), torch.t(h))
    out["q"] = torch.copy_(torch.slice(q, 0, last, last + last - first), torch.t(x))
    out["below"] = torch.matmul(r2, r1)
    return out

  def ritz(self: __torch__.Program, t: Tensor, below: Tensor, sizes: Tensor) -> Dict[str, Tensor]:
    first = __torch__.number(sizes, 0)
    last = __torch__.number(sizes, 1)
    values, s = torch.linalg_eigh(torch.slice(torch.slice(t, 0, 0, last), 1, 0, last), "L")
    s = torch.flip(s, [1])
    out = annotate(Dict[str, Tensor], {})
    out["values"] = torch.flip(values, [0])
    out["vectors"] = s
    out["first"] = torch.slice(s, 0, 0, last - first)
    out["last"] = torch.matmul(below, torch.slice(s, 0, first, last))
    return out

  def missed(self: __torch__.Program, values: Tensor, first: Tensor, last: Tensor, tau: Tensor, times: Tensor, weights: Tensor, sizes: Tensor) -> Dict[str, Tensor]:
    # The sum over times of weight |W exp(-(tau - values) time) Z^T|, over the values beyond the rank. Before the
    # first time the norm is at most |W|.
    rank = __torch__.number(sizes, 2)
    below = torch.sub(tau, torch.slice(values, 0, rank))
    decay = torch.exp(torch.neg(torch.mul(torch.unsqueeze(times, 1), torch.unsqueeze(below, 0))))
    w = torch.mul(torch.unsqueeze(torch.slice(last, 1, rank), 0), torch.unsqueeze(decay, 1))
    p = torch.matmul(w, torch.t(torch.slice(first, 1, rank)))
    norms = torch.sqrt(torch.sum(torch.mul(p, p), [1, 2]))
    out = annotate(Dict[str, Tensor], {})
    before = torch.mul(torch.sqrt(torch.sum(torch.mul(last, last))), torch.select(times, 0, 0))
    out["bound"] = torch.add(torch.sum(torch.mul(norms, weights)), before)
    return out

  def triplets(self: __torch__.Program, l: Tensor, rt: Tensor, q: Tensor, vectors: Tensor, sizes: Tensor) -> Dict[str, Tensor]:
    last = __torch__.number(sizes, 1)
    rank = __torch__.number(sizes, 2)
    u = torch.matmul(torch.t(torch.slice(q, 0, 0, last)), torch.slice(vectors, 1, 0, rank))
    v, s, wh = torch.linalg_svd(__torch__.back(l, rt, u), False)
    u = torch.matmul(u, torch.t(wh))
    error = torch.sub(__torch__.forth(l, rt, v), torch.mul(u, s))
    out = annotate(Dict[str, Tensor], {})
    out["u"] = torch.contiguous(u)
    out["s"] = s
    out["v"] = torch.contiguous(v)
    out["error"] = torch.sqrt(torch.sum(torch.mul(error, error)))
    return out
