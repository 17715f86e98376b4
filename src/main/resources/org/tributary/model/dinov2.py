# DINOv2.

def swiglu(y: Tensor) -> Tensor:
  # The MLP of the largest models: the first half of the inner numbers is a gate.
  halves = torch.chunk(y, 2, -1)
  return torch.silu(halves[0]) * halves[1]

def positions(w: Dict[str, Tensor], height: int, width: int) -> Tensor:
  # Those of the class token and of a grid of patches [1, 1 + height width, d]. The learned grid is a square; to another
  # one it is interpolated in float32.
  learned = w["${prefix}embeddings.position_embeddings"]
  if height == ${side} and width == ${side}:
    return learned
  grid = torch.view(torch.slice(learned, 1, 1), [1, ${side}, ${side}, ${hidden}])
  grid = torch.permute(grid, [0, 3, 1, 2]).to(6)
  grid = torch.upsample_bicubic2d(grid, [height, width], False, None, None)
  grid = torch.flatten(torch.permute(grid, [0, 2, 3, 1]), 1, 2)
  return torch.cat([torch.slice(learned, 1, 0, 1), torch.type_as(grid, learned)], 1)

def embed(w: Dict[str, Tensor], inputs: List[Tensor]) -> Tensor:
  x = __torch__.patches(w, "${prefix}embeddings.patch_embeddings.projection", inputs)
  first = torch.expand(w["${prefix}embeddings.cls_token"], [x.size(0), 1, ${hidden}])
  grid = __torch__.grid(inputs)
  x = torch.cat([first, x], 1) + __torch__.positions(w, grid[0], grid[1])
  return torch.flatten(x, 0, 1)

def read(inputs: List[Tensor]) -> Tensor:
  return __torch__.everywhere(inputs)

def pooled(w: Dict[str, Tensor], x: Tensor, inputs: List[Tensor]) -> Tensor:
  # The class token beside the mean of the patches [b, 2 d].
  x = __torch__.padded(__torch__.layer_norm(w, "${prefix}layernorm", x), inputs)
  return torch.cat([torch.select(x, 1, 0), torch.mean(torch.slice(x, 1, 1), [1])], 1)
