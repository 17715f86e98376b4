# The common part of vision transformers. Shapes: inputs are pixels [b, c, h, w]; hidden [n, d], where an image has
# t of n = b t tokens; queries, keys, values [b, heads, t, head]. The family defines embed(w, inputs), read(inputs)
# and pooled(w, x, inputs).

def layer_norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.layer_norm(x, [${hidden}], w[name + ".weight"], w[name + ".bias"], ${epsilon})

def patches(w: Dict[str, Tensor], name: str, inputs: List[Tensor]) -> Tensor:
  # Row after row; a rest smaller than a patch at the right and the bottom is left out.
  window = w[name + ".weight"]
  pixels = torch.type_as(inputs[0], window)
  x = torch.conv2d(pixels, window, w[name + ".bias"], ${stride}, [0, 0], [1, 1], 1)
  return torch.transpose(torch.flatten(x, 2), 1, 2)

def split(x: Tensor, images: int) -> Tensor:
  # [n, d] to [b, heads, t, head]
  return torch.transpose(torch.view(x, [images, -1, ${heads}, ${head}]), 1, 2)

def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  y = torch.scaled_dot_product_attention(q, k, v, None, 0., False, scale=None, enable_gqa=False)
  return torch.reshape(torch.transpose(y, 1, 2), [-1, ${hidden}])

def dense(w: Dict[str, Tensor], up: str, down: str, x: Tensor) -> Tensor:
  y = __torch__.linear(w, up, x)
  y = ${activation}
  return __torch__.linear(w, down, y)

def grid(inputs: List[Tensor]) -> List[int]:
  # Rows and columns of patches.
  stride = ${stride}
  return [inputs[0].size(2) // stride[0], inputs[0].size(3) // stride[1]]

def tokens(inputs: List[Tensor]) -> int:
  # Of an image: its patches and the tokens before them.
  grid = __torch__.grid(inputs)
  return grid[0] * grid[1] + ${before}

def scaled(w: Dict[str, Tensor], name: str, y: Tensor) -> Tensor:
  # DINOv2 scales each number of what attention and MLP add.
  if name in w:
    y = y * w[name]
  return y

def everywhere(inputs: List[Tensor]) -> Tensor:
  return torch.arange(inputs[0].size(0) * __torch__.tokens(inputs), device=inputs[0].device)

def firsts(inputs: List[Tensor]) -> Tensor:
  # The first token of each image.
  tokens = __torch__.tokens(inputs)
  return torch.arange(0, inputs[0].size(0) * tokens, tokens, device=inputs[0].device)

def padded(x: Tensor, inputs: List[Tensor]) -> Tensor:
  # [n, d] to [b, t, d]
  return torch.view(x, [inputs[0].size(0), -1, ${hidden}])

def context(inputs: List[Tensor], places: Tensor) -> List[Tensor]:
  return [inputs[0], places]

def block(w: Dict[str, Tensor], i: int, x: Tensor, context: List[Tensor]) -> Tensor:
  name = "${blocks}" + str(i)
  images = context[0].size(0)
  y = __torch__.layer_norm(w, name + ".${norm1}", x)
  k = __torch__.split(__torch__.linear(w, name + ".${key}", y), images)
  v = __torch__.split(__torch__.linear(w, name + ".${value}", y), images)
  if i == ${layers} - 1:
    x = __torch__.isolated(x, context[1])
    y = __torch__.isolated(y, context[1])
  q = __torch__.split(__torch__.linear(w, name + ".${query}", y), images)
  y = __torch__.linear(w, name + ".${output}", __torch__.attend(q, k, v))
  x = x + __torch__.scaled(w, name + ".layer_scale1.lambda1", y)
  y = __torch__.dense(w, name + ".${up}", name + ".${down}", __torch__.layer_norm(w, name + ".${norm2}", x))
  return x + __torch__.scaled(w, name + ".layer_scale2.lambda1", y)
