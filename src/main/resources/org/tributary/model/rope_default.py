def frequencies(lengths: Tensor) -> Tensor:
  # theta^(-2i/head)
  return torch.reciprocal(torch.pow(${theta}, __torch__.exponents(lengths)))
