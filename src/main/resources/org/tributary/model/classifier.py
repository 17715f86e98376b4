# The common part of classifiers. The family defines read(inputs), the places of the last block that are read,
# and pooled(w, x, inputs) [b, d] of the hidden states there; ${classifier} is its last layer.

def wanted(inputs: List[Tensor], labels: Optional[Tensor]) -> Tensor:
  return __torch__.read(inputs)

def logits(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  return __torch__.linear(w, "${classifier}", __torch__.pooled(w, x, inputs)).to(6)

def outcome(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor], labels: Tensor) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  out["logits"] = __torch__.logits(w, x, inputs)
  out["loss"] = torch.cross_entropy_loss(out["logits"], labels, None, 1, -100, 0.)
  return out

def observed(w: Dict[str, Tensor], states: List[Tensor], inputs: List[Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  i = 0
  for x in states:
    out["hidden_states." + str(i)] = __torch__.padded(x, inputs)
    i = i + 1
  if ${pools}:
    out["pooled"] = __torch__.pooled(w, __torch__.isolated(states[-1], __torch__.read(inputs)), inputs)
  return out
