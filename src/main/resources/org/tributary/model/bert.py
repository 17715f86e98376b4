# BERT. Shapes: inputs are ids, mask, types [b, t]; hidden [b, t, d]; logits [b, labels].

def layer_norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.layer_norm(x, [${hidden}], w[name + "${gain}"], w[name + "${shift}"], ${epsilon})

def heads(x: Tensor) -> Tensor:
  return torch.transpose(torch.view(x, [x.size(0), x.size(1), ${heads}, ${head}]), 1, 2)

def attention(w: Dict[str, Tensor], name: str, x: Tensor, keep: Tensor) -> Tensor:
  q = __torch__.heads(__torch__.linear(w, name + ".self.query", x))
  k = __torch__.heads(__torch__.linear(w, name + ".self.key", x))
  v = __torch__.heads(__torch__.linear(w, name + ".self.value", x))
  y = torch.scaled_dot_product_attention(q, k, v, keep, 0., False, scale=None, enable_gqa=False)
  y = torch.reshape(torch.transpose(y, 1, 2), [x.size(0), x.size(1), ${hidden}])
  y = __torch__.linear(w, name + ".output.dense", y)
  return __torch__.layer_norm(w, name + ".output.LayerNorm", x + y)

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  x = torch.embedding(w["${prefix}embeddings.word_embeddings.weight"], inputs[0])
  x = x + torch.embedding(w["${prefix}embeddings.token_type_embeddings.weight"], inputs[2])
  positions = torch.slice(w["${prefix}embeddings.position_embeddings.weight"], 0, 0, inputs[0].size(1), 1)
  return __torch__.layer_norm(w, "${prefix}embeddings.LayerNorm", x + positions)

def context(inputs: List[Tensor]) -> List[Tensor]:
  return [torch.unsqueeze(torch.unsqueeze(torch.ne(inputs[1], 0), 1), 1)]

def block(w: Dict[str, Tensor], i: int, x: Tensor, context: List[Tensor]) -> Tensor:
  name = "${blocks}" + str(i)
  x = __torch__.attention(w, name + ".attention", x, context[0])
  y = __torch__.linear(w, name + ".intermediate.dense", x)
  y = ${activation}
  y = __torch__.linear(w, name + ".output.dense", y)
  return __torch__.layer_norm(w, name + ".output.LayerNorm", x + y)

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  if ${mean}:
    m = torch.unsqueeze(inputs[1], -1).to(6)
    return torch.type_as(torch.div(torch.sum(x * m, [1]), torch.sum(m, [1])), x)
  y = torch.select(x, 1, 0)
  return torch.tanh(__torch__.linear(w, "${prefix}pooler.dense", y))
