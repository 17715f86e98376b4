# How the tokens of a row become the vector that a classifier of texts reads.

def read(inputs: List[Tensor]) -> Tensor:
  # The last block's places that the classifier reads: all for the mean, else the first token of each row.
  if ${mean}:
    return __torch__.everywhere(inputs)
  return __torch__.starts(__torch__.lengths(inputs))

def vectors(x: Tensor, inputs: List[Tensor]) -> Tensor:
  # The mean over each row's tokens, or its first token, [b, d], from the hidden states at these places.
  if ${mean}:
    lengths = __torch__.lengths(inputs)
    row = torch.repeat_interleave(lengths)
    sums = torch.index_add(torch.zeros([lengths.size(0), ${hidden}], dtype=6, device=x.device), 0, row, x.to(6))
    return torch.type_as(torch.div(sums, torch.unsqueeze(lengths, 1)), x)
  return x
