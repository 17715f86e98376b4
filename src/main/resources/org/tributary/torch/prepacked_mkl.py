def prepacks() -> bool:
  return True

def prepack(weight: Tensor, rows: int) -> Tensor:
  return ops.mkl._mkl_reorder_linear_weight(weight, rows)

def by_prepacked(x: Tensor, packed: Tensor, weight: Tensor, bias: Optional[Tensor], rows: int) -> Tensor:
  # x W^T + b, for x with the number of rows for which W was packed.
  return ops.mkl._mkl_linear(x, packed, weight, bias, rows)
