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
      ws = __torch__.one(train[k].to(6))
      none = annotate(List[Tensor], [])
      torch._fused_adamw_(ws, __torch__.one(grads[k].to(6)), __torch__.one(m[k]), __torch__.one(v[k]), none, __torch__.one(steps["taken"]), lr=__torch__.number(hyper, 0), beta1=__torch__.number(hyper, 1), beta2=__torch__.number(hyper, 2), weight_decay=__torch__.number(hyper, 4), eps=__torch__.number(hyper, 3), amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
      # The written values must be used, or the call is removed as dead code.
      out["weights"] = __torch__.assign(train[k], ws[0], int(torch.item(rounding[k])))
    return out
