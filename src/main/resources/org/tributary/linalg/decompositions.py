class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def qr(self: __torch__.Program, m: Tensor) -> Dict[str, Tensor]:
    q, r = torch.linalg_qr(m, "reduced")
    out = annotate(Dict[str, Tensor], {})
    out["q"] = torch.contiguous(q)
    out["r"] = torch.contiguous(r)
    return out

  def svd(self: __torch__.Program, m: Tensor) -> Dict[str, Tensor]:
    u, s, vh = torch.linalg_svd(m, False)
    out = annotate(Dict[str, Tensor], {})
    out["u"] = torch.contiguous(u)
    out["s"] = s
    out["v"] = torch.contiguous(torch.transpose(vh, 0, 1))
    return out
