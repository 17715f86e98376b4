# Copies of weights in the order in which a library multiplies them fastest by few rows.

def prepacks() -> bool:
  return False

def prepack(weight: Tensor, rows: int) -> Tensor:
  return weight

def by_prepacked(x: Tensor, packed: Tensor, weight: Tensor, bias: Optional[Tensor], rows: int) -> Tensor:
  # x W^T + b, for x with the number of rows for which W was packed.
  return torch.linear(x, weight, bias)
