# RoBERTa: positions are counted from the id of the padding token, and the classifier has a dense layer.

def numbered(inputs: List[Tensor]) -> Tensor:
  # The first token has position ${pad} + 1; padding tokens have ${pad} and are not counted.
  counted = torch.ne(inputs[0], ${pad})
  return __torch__.packed(torch.add(torch.mul(torch.cumsum(counted, 1), counted), ${pad}), inputs)

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  return torch.tanh(__torch__.linear(w, "classifier.dense", __torch__.vectors(x, inputs)))
