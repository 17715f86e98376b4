class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def cast(self: __torch__.Program, x: Tensor, type: Tensor) -> Dict[str, Tensor]:
    out = annotate(Dict[str, Tensor], {})
    out["x"] = x.to(int(torch.item(type)))
    return out

  def bfloat16(self: __torch__.Program, x: Tensor) -> Dict[str, Tensor]:
    # The type is float16, but the bytes are those of bfloat16 numbers.
    out = annotate(Dict[str, Tensor], {})
    out["x"] = torch.view_copy(x, dtype=15)
    return out

  def fill(self: __torch__.Program, x: Tensor, piece: Tensor, first: Tensor) -> Dict[str, Tensor]:
    at = int(torch.item(first))
    to = torch.slice(torch.view(x, [-1]), 0, at, at + torch.numel(piece))
    _0 = torch.copy_(to, torch.view_copy(piece, dtype=15))
    return annotate(Dict[str, Tensor], {})
