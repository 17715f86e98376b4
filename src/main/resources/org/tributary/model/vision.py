# The common part of vision transformers. Shapes: inputs are pixels [b, c, h, w]; hidden [b, t, d]; queries, keys,
# values [b, heads, t, head]. The family defines embed(w, inputs) and pooled(w, x, inputs).

def layer_norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.layer_norm(x, [${hidden}], w[name + ".weight"], w[name + ".bias"], ${epsilon})

def patches(w: Dict[str, Tensor], name: str, inputs: List[Tensor]) -> Tensor:
  # Row after row; a rest smaller than a patch at the right and the bottom is left out.
  window = w[name + ".weight"]
  pixels = torch.type_as(inputs[0], window)
  x = torch.conv2d(pixels, window, w[name + ".bias"], ${stride}, [0, 0], [1, 1], 1)
  return torch.transpose(torch.flatten(x, 2), 1, 2)

def split(x: Tensor) -> Tensor:
  return torch.transpose(torch.view(x, [x.size(0), x.size(1), ${heads}, ${head}]), 1, 2)

def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  y = torch.scaled_dot_product_attention(q, k, v, None, 0., False, scale=None, enable_gqa=False)
  return torch.reshape(torch.transpose(y, 1, 2), [k.size(0), q.size(2), ${hidden}])

def dense(w: Dict[str, Tensor], up: str, down: str, x: Tensor) -> Tensor:
  y = __torch__.linear(w, up, x)
  y = ${activation}
  return __torch__.linear(w, down, y)

def context(inputs: List[Tensor]) -> List[Tensor]:
  return annotate(List[Tensor], [])

def block(w: Dict[str, Tensor], i: int, x: Tensor, context: List[Tensor]) -> Tensor:
  name = "${blocks}" + str(i)
  y = __torch__.layer_norm(w, name + ".${norm1}", x)
  q = __torch__.split(__torch__.linear(w, name + ".${query}", y))
  k = __torch__.split(__torch__.linear(w, name + ".${key}", y))
  v = __torch__.split(__torch__.linear(w, name + ".${value}", y))
  x = x + __torch__.linear(w, name + ".${output}", __torch__.attend(q, k, v))
  y = __torch__.layer_norm(w, name + ".${norm2}", x)
  return x + __torch__.dense(w, name + ".${up}", name + ".${down}", y)
