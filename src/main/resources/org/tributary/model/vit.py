# ViT, and DeiT with a second token before the patches.

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  x = __torch__.patches(w, "${prefix}embeddings.patch_embeddings.projection", inputs)
  first = torch.expand(w["${prefix}embeddings.cls_token"], [x.size(0), 1, ${hidden}])
  if "${prefix}embeddings.distillation_token" in w:
    second = torch.expand(w["${prefix}embeddings.distillation_token"], [x.size(0), 1, ${hidden}])
    first = torch.cat([first, second], 1)
  x = torch.cat([first, x], 1) + w["${prefix}embeddings.position_embeddings"]
  return torch.flatten(x, 0, 1)

def read(inputs: List[Tensor]) -> Tensor:
  return __torch__.firsts(inputs)

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  return __torch__.layer_norm(w, "${prefix}layernorm", x)
