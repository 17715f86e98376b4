# DistilBERT. Shapes: inputs are ids, mask, types [b, t], of which types are not read; hidden [n, d], packed; logits
# [b, labels]. The padding token ${pad} gets no gradient, as in transformers, also if a text has it.

def layer_norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.layer_norm(x, [${hidden}], w[name + ".weight"], w[name + ".bias"], ${epsilon})

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  x = torch.embedding(w["${prefix}embeddings.word_embeddings.weight"], __torch__.packed(inputs[0], inputs), ${pad})
  x = x + torch.embedding(w["${prefix}embeddings.position_embeddings.weight"], __torch__.positions(inputs))
  return __torch__.layer_norm(w, "${prefix}embeddings.LayerNorm", x)

def context(inputs: List[Tensor], places: Tensor) -> List[Tensor]:
  return [__torch__.lengths(inputs), places]

def block(w: Dict[str, Tensor], i: int, x: Tensor, context: List[Tensor]) -> Tensor:
  name = "${blocks}" + str(i)
  k = __torch__.heads(__torch__.linear(w, name + ".attention.k_lin", x), ${heads})
  v = __torch__.heads(__torch__.linear(w, name + ".attention.v_lin", x), ${heads})
  if i == ${layers} - 1:
    x = __torch__.isolated(x, context[1])
  q = __torch__.heads(__torch__.linear(w, name + ".attention.q_lin", x), ${heads})
  y = __torch__.linear(w, name + ".attention.out_lin", __torch__.attended(q, k, v, context[0], False))
  x = __torch__.layer_norm(w, name + ".sa_layer_norm", x + y)
  x = __torch__.entered(w, name + ".attended", x)
  y = __torch__.linear(w, name + ".ffn.lin1", x)
  y = ${activation}
  y = __torch__.linear(w, name + ".ffn.lin2", y)
  return __torch__.layer_norm(w, name + ".output_layer_norm", x + y)

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  x = __torch__.vectors(x, inputs)
  if ${mean}:
    return x
  return torch.relu(__torch__.linear(w, "pre_classifier", x))
