def multiplied(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
  # x W^T + b in float32; without gradients.
  return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")
