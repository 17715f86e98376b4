# ViT.

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  x = __torch__.patches(w, "${prefix}embeddings.patch_embeddings.projection", inputs)
  first = torch.expand(w["${prefix}embeddings.cls_token"], [x.size(0), 1, ${hidden}])
  x = torch.cat([first, x], 1) + w["${prefix}embeddings.position_embeddings"]
  return torch.flatten(x, 0, 1)

def read(inputs: List[Tensor]) -> Tensor:
  return __torch__.firsts(inputs)

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  return __torch__.layer_norm(w, "${prefix}layernorm", x)
