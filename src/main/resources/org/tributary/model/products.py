def large(x: Tensor, out: int) -> bool:
  # Whether product computes a layer with so many outputs, with a backward pass of its own (linear.py).
  return False

def product(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
  # x W^T + b: x [n, in], W [out, in]
  return torch.linear(x, weight, bias)
