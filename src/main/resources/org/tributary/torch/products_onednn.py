def large(x: Tensor, out: int) -> bool:
  # Whether product computes x W^T with so many rows of W. A smaller product does not make up for compiling a kernel for a
  # new size. Few rows are those of a batch, not of its tokens, so their sizes come again.
  least = ${least}
  if x.dim() == 2 and x.size(0) <= 64:
    least = ${least_of_few}
  return x.dim() == 2 and x.dtype == 6 and not x.is_cuda and x.numel() * out >= least

def product(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
  # x W^T + b: x [n, in], W [out, in]; without gradients.
  return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")
