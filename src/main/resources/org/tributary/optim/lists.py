# A number of a one-dimensional float64 tensor.

def number(x: Tensor, i: int) -> float:
  return float(torch.item(torch.select(x, 0, i)))
