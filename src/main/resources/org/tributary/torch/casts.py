class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def cast(self: __torch__.Program, x: Tensor, type: Tensor) -> Dict[str, Tensor]:
    out = annotate(Dict[str, Tensor], {})
    out["x"] = x.to(int(torch.item(type)))
    return out
