class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def step(self: __torch__.Program, train: Dict[str, Tensor], m: Dict[str, Tensor], grads: Dict[str, Tensor], rounding: Dict[str, Tensor], hyper: Tensor) -> Dict[str, Tensor]:
    lr = __torch__.number(hyper, 0)
    beta1 = __torch__.number(hyper, 1)
    beta2 = __torch__.number(hyper, 2)
    decay = __torch__.number(hyper, 3)
    for k in grads:
      w = train[k].to(6)
      g = grads[k].to(6)
      b = m[k]
      d = torch.sign(torch.add(torch.mul(b, beta1), g, alpha=torch.sub(1., beta1)))
      d = torch.add(d, w, alpha=decay)
      _0 = torch.add_(torch.mul_(b, beta2), g, alpha=torch.sub(1., beta2))
      _1 = torch.add_(w, d, alpha=torch.neg(lr))
      _2 = __torch__.assign(train[k], w, int(torch.item(rounding[k])))
    return annotate(Dict[str, Tensor], {})
