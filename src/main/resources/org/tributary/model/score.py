# Decoders that classify: one linear layer on a row's last token. Labels are [b].

def wanted(inputs: List[Tensor], labels: Optional[Tensor]) -> Tensor:
  # The last token of each row that is not the padding token, as transformers finds it; the first if all are [b].
  ids = inputs[0]
  lengths = __torch__.lengths(inputs)
  at = torch.unsqueeze(torch.arange(ids.size(1), device=ids.device), 0)
  counts = torch.logical_and(torch.lt(at, torch.unsqueeze(lengths, 1)), torch.ne(ids, ${pad}))
  return torch.add(__torch__.starts(lengths), torch.amax(torch.mul(at, counts), [1]))

def logits(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  return __torch__.linear(w, "score", __torch__.final(w, x)).to(6)

def outcome(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor], labels: Tensor) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  out["logits"] = __torch__.logits(w, x, inputs)
  out["loss"] = torch.cross_entropy_loss(out["logits"], labels, None, 1, -100, 0.)
  return out

def observed(w: Dict[str, Tensor], states: List[Tensor], inputs: List[Tensor]) -> Dict[str, Tensor]:
  # After the embeddings, after every block but the last, after the final norm; there at the tokens that are read.
  out = annotate(Dict[str, Tensor], {})
  i = 0
  for x in states:
    if i == ${layers}:
      x = __torch__.final(w, x)
      out["pooled"] = __torch__.isolated(x, __torch__.wanted(inputs, None))
    out["hidden_states." + str(i)] = __torch__.padded(x, inputs)
    i = i + 1
  return out
