class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def step(self: __torch__.Program, train: Dict[str, Tensor], momentum: Dict[str, Tensor], grads: Dict[str, Tensor], rounding: Dict[str, Tensor], hyper: Tensor) -> Dict[str, Tensor]:
    lr = __torch__.number(hyper, 0)
    mu = __torch__.number(hyper, 1)
    decay = __torch__.number(hyper, 2)
    for k in grads:
      w = train[k].to(6)
      d = grads[k].to(6)
      if decay != 0.:
        d = torch.add(d, w, alpha=decay)
      if k in momentum:
        # b starts at zero, and mu 0 + d is d.
        b = momentum[k]
        d = torch.add_(torch.mul_(b, mu), d, alpha=1)
      _0 = torch.add_(w, d, alpha=torch.neg(lr))
      _1 = __torch__.assign(train[k], w, int(torch.item(rounding[k])))
    return annotate(Dict[str, Tensor], {})
