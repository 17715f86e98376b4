class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def cast(self: __torch__.Program, x: Tensor, type: Tensor) -> Dict[str, Tensor]:
    out = annotate(Dict[str, Tensor], {})
    out["x"] = x.to(int(torch.item(type)))
    return out

  def numbers(self: __torch__.Program, x: Tensor, type: Tensor) -> Dict[str, Tensor]:
    # x: bytes [n]; the same bits as numbers of another type. aten::view takes no type here.
    out = annotate(Dict[str, Tensor], {})
    out["x"] = torch.view_copy(x, dtype=int(torch.item(type)))
    return out
