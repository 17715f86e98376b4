# BERT with a classifier. Shapes: ids, mask, types [b, t]; hidden [b, t, d]; logits [b, labels].

def layer_norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.layer_norm(x, [${hidden}], w[name + ".weight"], w[name + ".bias"], ${epsilon})

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

def block(w: Dict[str, Tensor], name: str, x: Tensor, keep: Tensor) -> Tensor:
  x = __torch__.attention(w, name + ".attention", x, keep)
  y = __torch__.linear(w, name + ".intermediate.dense", x)
  y = ${activation}
  y = __torch__.linear(w, name + ".output.dense", y)
  return __torch__.layer_norm(w, name + ".output.LayerNorm", x + y)

def hidden_states(w: Dict[str, Tensor], ids: Tensor, mask: Tensor, types: Tensor) -> List[Tensor]:
  x = torch.embedding(w["${prefix}embeddings.word_embeddings.weight"], ids)
  x = x + torch.embedding(w["${prefix}embeddings.token_type_embeddings.weight"], types)
  positions = torch.slice(w["${prefix}embeddings.position_embeddings.weight"], 0, 0, ids.size(1), 1)
  x = __torch__.layer_norm(w, "${prefix}embeddings.LayerNorm", x + positions)
  keep = torch.unsqueeze(torch.unsqueeze(torch.ne(mask, 0), 1), 1)
  states = [x]
  for i in range(${layers}):
    x = __torch__.block(w, "${prefix}encoder.layer." + str(i), x, keep)
    states.append(x)
  return states

def pooled(w: Dict[str, Tensor], x: Tensor, mask: Tensor) -> Tensor:
  if ${mean}:
    m = torch.unsqueeze(mask, -1).to(6)
    return torch.div(torch.sum(x * m, [1]), torch.sum(m, [1]))
  y = torch.select(x, 1, 0)
  if "${prefix}pooler.dense.weight" in w:
    y = torch.tanh(__torch__.linear(w, "${prefix}pooler.dense", y))
  return y

def logits(w: Dict[str, Tensor], x: Tensor, mask: Tensor) -> Tensor:
  return __torch__.linear(w, "classifier", __torch__.pooled(w, x, mask))

class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def forward(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], ids: Tensor, mask: Tensor, types: Tensor) -> Dict[str, Tensor]:
    w = __torch__.join(frozen, train)
    states = __torch__.hidden_states(w, ids, mask, types)
    out = annotate(Dict[str, Tensor], {})
    out["logits"] = __torch__.logits(w, states[-1], mask)
    return out

  def states(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], ids: Tensor, mask: Tensor, types: Tensor) -> Dict[str, Tensor]:
    w = __torch__.join(frozen, train)
    states = __torch__.hidden_states(w, ids, mask, types)
    out = annotate(Dict[str, Tensor], {})
    i = 0
    for x in states:
      out["hidden_states." + str(i)] = x
      i = i + 1
    out["pooled"] = __torch__.pooled(w, states[-1], mask)
    return out

  def gradients(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], ids: Tensor, mask: Tensor, types: Tensor, labels: Tensor) -> Dict[str, Tensor]:
    leaves = __torch__.leaves(train)
    w = __torch__.join(frozen, leaves)
    states = __torch__.hidden_states(w, ids, mask, types)
    logits = __torch__.logits(w, states[-1], mask)
    loss = torch.cross_entropy_loss(logits, labels, None, 1, -100, 0.)
    out = __torch__.backward(loss, leaves)
    out["loss"] = torch.detach(loss)
    out["logits"] = torch.detach(logits)
    return out
