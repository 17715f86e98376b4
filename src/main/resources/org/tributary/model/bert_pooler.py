# BERT: positions from 0, and the pooler before the classifier.

def numbered(inputs: List[Tensor]) -> Tensor:
  return __torch__.positions(inputs)

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  x = __torch__.vectors(x, inputs)
  if ${mean}:
    return x
  return torch.tanh(__torch__.linear(w, "${prefix}pooler.dense", x))
