# Large products of matrices. They have no gradient: linear.py cuts their layers out of the graph.

def large(x: Tensor, out: int) -> bool:
  # Whether product computes x W^T with so many rows of W, in place of torch.linear.
  if x.dim() != 2 or x.is_cuda:
    return False
  least = 0
  if x.dtype == 6:
    # A smaller product does not make up for compiling a kernel for a new size. Few rows are those of a batch, not of
    # its tokens, so their sizes come again.
    least = ${float32}
    if x.size(0) <= 64:
      least = ${float32_of_few}
  if x.dtype == 15 and x.size(0) >= ${bfloat16_rows}:
    # For few rows the copy of the weight takes longer than the product.
    least = ${bfloat16}
  return least > 0 and x.numel() * out >= least

def product(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
  # x W^T + b: x [n, in], W [out, in]. bfloat16 is widened, added in float32 and rounded once.
  if x.dtype == 6:
    return __torch__.multiplied(x, weight, bias)
  if bias is not None:
    bias = bias.to(6)
  return __torch__.multiplied(x.to(6), weight.to(6), bias).to(15)
