# The encoder of BERT and RoBERTa. Shapes: inputs are ids, mask, types [b, t]; hidden [n, d], packed; logits [b, labels].
# The family defines numbered(inputs), the position of each packed token [n], and pooled(w, x, inputs). The padding token
# ${pad} gets no gradient, as in transformers, also if a text has it.

def layer_norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.layer_norm(x, [${hidden}], w[name + "${gain}"], w[name + "${shift}"], ${epsilon})

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  x = torch.embedding(w["${prefix}embeddings.word_embeddings.weight"], __torch__.packed(inputs[0], inputs), ${pad})
  x = x + torch.embedding(w["${prefix}embeddings.token_type_embeddings.weight"], __torch__.packed(inputs[2], inputs))
  x = x + torch.embedding(w["${prefix}embeddings.position_embeddings.weight"], __torch__.numbered(inputs), ${position_pad})
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
  x = __torch__.entered(w, name + ".attended", x)
  y = __torch__.linear(w, name + ".intermediate.dense", x)
  y = ${activation}
  y = __torch__.linear(w, name + ".output.dense", y)
  return __torch__.layer_norm(w, name + ".output.LayerNorm", x + y)
