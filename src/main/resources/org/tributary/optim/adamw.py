def one(x: Tensor) -> List[Tensor]:
  # Uses append, because TorchScript does not see writes to the elements of a literal list.
  xs = annotate(List[Tensor], [])
  xs.append(x)
  return xs

class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def begin(self: __torch__.Program, steps: Dict[str, Tensor]) -> Dict[str, Tensor]:
    _0 = torch.add_(steps["taken"], 1)
    return annotate(Dict[str, Tensor], {})

  def step(self: __torch__.Program, train: Dict[str, Tensor], m: Dict[str, Tensor], v: Dict[str, Tensor], steps: Dict[str, Tensor], grads: Dict[str, Tensor], rounding: Dict[str, Tensor], hyper: Tensor) -> Dict[str, Tensor]:
    # Weight by weight, so that only one float32 copy of a bfloat16 weight exists at a time.
    out = annotate(Dict[str, Tensor], {})
    for k in grads:
      w = train[k]
      # Pieces of a bfloat16 weight, so that no whole float32 copy of it exists.
      most = 1048576
      if w.dtype == 6:
        most = torch.numel(w)
      flat = torch.view(w, [-1])
      g = torch.reshape(grads[k], [-1])
      m1 = torch.view(m[k], [-1])
      v1 = torch.view(v[k], [-1])
      n = torch.numel(w)
      first = 0
      while first < n:
        last = min(first + most, n)
        piece = torch.slice(flat, 0, first, last)
        ws = __torch__.one(piece.to(6))
        none = annotate(List[Tensor], [])
        torch._fused_adamw_(ws, __torch__.one(torch.slice(g, 0, first, last).to(6)), __torch__.one(torch.slice(m1, 0, first, last)), __torch__.one(torch.slice(v1, 0, first, last)), none, __torch__.one(steps["taken"]), lr=__torch__.number(hyper, 0), beta1=__torch__.number(hyper, 1), beta2=__torch__.number(hyper, 2), weight_decay=__torch__.number(hyper, 4), eps=__torch__.number(hyper, 3), amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
        # The written values must be used, or the call is removed as dead code.
        out["weights"] = __torch__.assign_piece(piece, ws[0], first, int(torch.item(rounding[k])))
        first = last
    return out
