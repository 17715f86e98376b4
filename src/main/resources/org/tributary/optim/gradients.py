class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def add(self: __torch__.Program, sum: Dict[str, Tensor], grads: Dict[str, Tensor], factor: Tensor) -> Dict[str, Tensor]:
    f = float(torch.item(torch.select(factor, 0, 0)))
    for k in grads:
      _0 = torch.add_(sum[k], grads[k].to(6), alpha=f)
    return annotate(Dict[str, Tensor], {})

  def pull(self: __torch__.Program, grads: Dict[str, Tensor], weights: Dict[str, Tensor], start: Dict[str, Tensor], factor: Tensor) -> Dict[str, Tensor]:
    f = float(torch.item(torch.select(factor, 0, 0)))
    for k in grads:
      _0 = torch.add_(grads[k], torch.sub(weights[k].to(6), start[k]), alpha=f)
    return annotate(Dict[str, Tensor], {})

  def clip(self: __torch__.Program, grads: Dict[str, Tensor], bound: Tensor) -> Dict[str, Tensor]:
    norms = annotate(List[Tensor], [])
    keys = sorted(grads.keys())
    for k in keys:
      norms.append(torch.linalg_vector_norm(grads[k], 2, None, False, dtype=6))
    norm = torch.linalg_vector_norm(torch.stack(norms))
    most = float(torch.item(torch.select(bound, 0, 0)))
    factor = torch.clamp(torch.mul(torch.reciprocal(torch.add(norm, 0.000001)), most), None, 1.)
    for k in keys:
      _0 = torch.mul_(grads[k], factor)
    out = annotate(Dict[str, Tensor], {})
    out["norm"] = norm
    return out
