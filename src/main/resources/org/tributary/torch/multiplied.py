def multiplied(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
  # x W^T + b in float32
  return torch.linear(x, weight, bias)
