# SigLIP's vision tower.

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  x = __torch__.patches(w, "${prefix}embeddings.patch_embedding", inputs)
  return torch.flatten(x + w["${prefix}embeddings.position_embedding.weight"], 0, 1)

def read(inputs: List[Tensor]) -> Tensor:
  return __torch__.everywhere(inputs)

def part(w: Dict[str, Tensor], n: int, x: Tensor, images: int) -> Tensor:
  # Queries (0), keys (1) or values (2) of the pooling head, whose weights are stored one after the other.
  begin = n * ${hidden}
  weight = torch.slice(w["${prefix}head.attention.in_proj_weight"], 0, begin, begin + ${hidden})
  bias = torch.slice(w["${prefix}head.attention.in_proj_bias"], 0, begin, begin + ${hidden})
  return __torch__.split(torch.linear(x, weight, bias), images)

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  x = __torch__.layer_norm(w, "${prefix}post_layernorm", x)
  images = inputs[0].size(0)
  if ${mean}:
    return torch.mean(__torch__.padded(x, inputs), [1])
  probe = torch.squeeze(torch.expand(w["${prefix}head.probe"], [images, 1, ${hidden}]), 1)
  k = __torch__.part(w, 1, x, images)
  v = __torch__.part(w, 2, x, images)
  y = __torch__.attend(__torch__.part(w, 0, probe, images), k, v)
  y = __torch__.linear(w, "${prefix}head.attention.out_proj", y)
  z = __torch__.layer_norm(w, "${prefix}head.layernorm", y)
  return y + __torch__.dense(w, "${prefix}head.mlp.fc1", "${prefix}head.mlp.fc2", z)
