# BERT. Shapes: inputs are ids, mask, types [b, t]; hidden [n, d], packed; logits [b, labels].

def layer_norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.layer_norm(x, [${hidden}], w[name + "${gain}"], w[name + "${shift}"], ${epsilon})

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  x = torch.embedding(w["${prefix}embeddings.word_embeddings.weight"], __torch__.packed(inputs[0], inputs))
  x = x + torch.embedding(w["${prefix}embeddings.token_type_embeddings.weight"], __torch__.packed(inputs[2], inputs))
  x = x + torch.embedding(w["${prefix}embeddings.position_embeddings.weight"], __torch__.positions(inputs))
  return __torch__.layer_norm(w, "${prefix}embeddings.LayerNorm", x)

def context(inputs: List[Tensor], places: Tensor) -> List[Tensor]:
  return [__torch__.lengths(inputs), places]

def block(w: Dict[str, Tensor], i: int, x: Tensor, context: List[Tensor]) -> Tensor:
  name = "${blocks}" + str(i)
  k = __torch__.heads(__torch__.linear(w, name + ".attention.self.key", x), ${heads})
  v = __torch__.heads(__torch__.linear(w, name + ".attention.self.value", x), ${heads})
  if i == ${layers} - 1:
    x = __torch__.isolated(x, context[1])
  q = __torch__.heads(__torch__.linear(w, name + ".attention.self.query", x), ${heads})
  y = __torch__.linear(w, name + ".attention.output.dense", __torch__.attended(q, k, v, context[0], False))
  x = __torch__.layer_norm(w, name + ".attention.output.LayerNorm", x + y)
  y = __torch__.linear(w, name + ".intermediate.dense", x)
  y = ${activation}
  y = __torch__.linear(w, name + ".output.dense", y)
  return __torch__.layer_norm(w, name + ".output.LayerNorm", x + y)

def read(inputs: List[Tensor]) -> Tensor:
  # The last block's places that the classifier reads.
  if ${mean}:
    return __torch__.everywhere(inputs)
  return __torch__.starts(__torch__.lengths(inputs))

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  if ${mean}:
    lengths = __torch__.lengths(inputs)
    row = torch.repeat_interleave(lengths)
    sums = torch.index_add(torch.zeros([lengths.size(0), ${hidden}], dtype=6, device=x.device), 0, row, x.to(6))
    return torch.type_as(torch.div(sums, torch.unsqueeze(lengths, 1)), x)
  return torch.tanh(__torch__.linear(w, "${prefix}pooler.dense", x))
