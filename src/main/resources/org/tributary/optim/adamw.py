class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def step(self: __torch__.Program, train: Dict[str, Tensor], m: Dict[str, Tensor], v: Dict[str, Tensor], steps: Dict[str, Tensor], grads: Dict[str, Tensor], hyper: Tensor) -> Dict[str, Tensor]:
    taken = torch.add_(steps["taken"], 1)
    ws = annotate(List[Tensor], [])
    gs = annotate(List[Tensor], [])
    ms = annotate(List[Tensor], [])
    vs = annotate(List[Tensor], [])
    ts = annotate(List[Tensor], [])
    none = annotate(List[Tensor], [])
    for k in grads:
      ws.append(train[k])
      gs.append(grads[k])
      ms.append(m[k])
      vs.append(v[k])
      ts.append(taken)
    torch._fused_adamw_(ws, gs, ms, vs, none, ts, lr=__torch__.number(hyper, 0), beta1=__torch__.number(hyper, 1), beta2=__torch__.number(hyper, 2), weight_decay=__torch__.number(hyper, 4), eps=__torch__.number(hyper, 3), amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
    # What is written must be seen to be used, or the call is taken for dead code.
    out = annotate(Dict[str, Tensor], {})
    out["weights"] = ws[0]
    return out
