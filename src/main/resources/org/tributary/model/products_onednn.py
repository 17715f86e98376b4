def large(x: Tensor, out: int) -> bool:
  # Whether product computes a layer with so many outputs, with a backward pass of its own (linear.py). A smaller product
  # does not make up for compiling a kernel, unless x is one row or few for each text: their number comes again.
  least = ${least}
  if x.dim() == 2 and x.size(0) <= 64:
    least = ${least_of_few}
  return x.dim() == 2 and x.dtype == 6 and not x.is_cuda and x.numel() * out >= least

def product(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
  # x W^T + b: x [n, in], W [out, in]; without gradients.
  return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")
