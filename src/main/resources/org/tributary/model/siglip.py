# SigLIP's vision tower.

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  x = __torch__.patches(w, "${prefix}embeddings.patch_embedding", inputs)
  return x + w["${prefix}embeddings.position_embedding.weight"]

def part(w: Dict[str, Tensor], n: int, x: Tensor) -> Tensor:
  # Queries (0), keys (1) or values (2) of the pooling head, whose weights are stored one after the other.
  begin = n * ${hidden}
  weight = torch.slice(w["${prefix}head.attention.in_proj_weight"], 0, begin, begin + ${hidden})
  bias = torch.slice(w["${prefix}head.attention.in_proj_bias"], 0, begin, begin + ${hidden})
  return __torch__.split(torch.linear(x, weight, bias))

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  x = __torch__.layer_norm(w, "${prefix}post_layernorm", x)
  if ${mean}:
    return torch.mean(x, [1])
  probe = torch.expand(w["${prefix}head.probe"], [x.size(0), 1, ${hidden}])
  y = __torch__.attend(__torch__.part(w, 0, probe), __torch__.part(w, 1, x), __torch__.part(w, 2, x))
  y = __torch__.linear(w, "${prefix}head.attention.out_proj", y)
  z = __torch__.layer_norm(w, "${prefix}head.layernorm", y)
  y = y + __torch__.dense(w, "${prefix}head.mlp.fc1", "${prefix}head.mlp.fc2", z)
  return torch.select(y, 1, 0)
