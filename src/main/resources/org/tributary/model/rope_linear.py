def frequencies(lengths: Tensor) -> Tensor:
  # theta^(-2i/head) / factor: positions are closer (Chen et al. 2023).
  return torch.div(torch.reciprocal(torch.pow(${theta}, __torch__.exponents(lengths))), ${factor})
