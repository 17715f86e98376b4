def frequencies(lengths: Tensor) -> Tensor:
  # Dynamic NTK: theta up to p trained positions; rows with more, n positions, have the base
  # theta (factor n / p - (factor - 1))^(head / (head - 2)).
  n = lengths.to(6)
  stretched = torch.sub(torch.div(torch.mul(n, ${factor}), ${positions}), ${factor} - 1.)
  longer = torch.mul(torch.pow(torch.clamp(stretched, 1.), ${exponent}), ${theta})
  base = torch.where(torch.gt(lengths, ${positions}), longer, torch.full_like(longer, ${theta}))
  base = torch.unsqueeze(base, 1)
  return torch.reciprocal(torch.pow(base, __torch__.exponents(lengths)))
