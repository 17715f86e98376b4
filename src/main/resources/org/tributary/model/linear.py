# Linear layers. A large one (torch/products.py) is cut out of the graph: its output is a leaf, and the backward pass
# computes its gradients. What that needs is noted in w, in the order of the forward pass: "in:<name>" and "out:<name>"
# are input and output of the layer, and "turned:<name>" marks a matrix that is stored as [in, out].
# The input of a block is cut as well, so that each part of the graph is walked once.

def adapted(w: Dict[str, Tensor], name: str, x: Tensor, y: Tensor) -> Tensor:
  # If the layer has an adapter, y + s (x A^T) B^T: A [r, in], B [out, r].
  if name + ".lora_A.weight" in w:
    z = torch.linear(x, w[name + ".lora_A.weight"]) * w[name + ".lora_scaling"]
    y = torch.addmm(y, z, torch.t(w[name + ".lora_B.weight"]))
  return y

def detached(w: Dict[str, Tensor], name: str) -> Dict[str, Tensor]:
  # The layer's tensors without their graph.
  out = annotate(Dict[str, Tensor], {})
  for part in [".weight", ".bias", ".lora_A.weight", ".lora_B.weight", ".lora_scaling"]:
    if name + part in w:
      out[name + part] = torch.detach(w[name + part])
  return out

def trains(w: Dict[str, Tensor], name: str) -> bool:
  trains = False
  for part in [".weight", ".bias", ".lora_A.weight", ".lora_B.weight"]:
    if name + part in w:
      trains = trains or w[name + part].requires_grad
  return trains

def note(w: Dict[str, Tensor], name: str, x: Tensor, y: Tensor) -> Tensor:
  y = torch.requires_grad_(y, True)
  w["in:" + name] = x
  w["out:" + name] = y
  return y

def prepacked(w: Dict[str, Tensor], name: str, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Optional[Tensor]:
  # The product with a copy of the weight that is made at its first use, if generation asks for it: "prepack" has the
  # number of rows and the bytes that copies may still take.
  if not ("prepack" in w):
    return None
  rows = int(torch.item(torch.select(w["prepack"], 0, 0)))
  if x.dim() != 2 or x.size(0) != rows or x.dtype != 6:
    return None
  key = "prepacked:" + name
  if not (key in w):
    left = torch.select(w["prepack"], 0, 1)
    size = 4 * torch.numel(weight)
    if size > int(torch.item(left)):
      return None
    _0 = torch.sub_(left, size)
    w[key] = __torch__.prepack(torch.contiguous(weight), rows)
  return __torch__.by_prepacked(x, w[key], weight, bias, rows)

def applied(w: Dict[str, Tensor], name: str, x: Tensor, turned: bool) -> Tensor:
  # y = x W^T + b, plus the adapter's part: W [out, in], or turned.
  weight = w[name + ".weight"]
  if turned:
    weight = torch.t(weight)
  bias = annotate(Optional[Tensor], None)
  if name + ".bias" in w:
    bias = w[name + ".bias"]
  quick = __torch__.prepacked(w, name, x, weight, bias)
  if quick is not None:
    return __torch__.adapted(w, name, x, quick)
  if not __torch__.large(x, weight.size(0)):
    return __torch__.adapted(w, name, x, torch.linear(x, weight, bias))
  if bias is not None:
    bias = torch.detach(bias)
  own = torch.detach(x)
  y = __torch__.product(own, torch.detach(weight), bias)
  y = __torch__.adapted(__torch__.detached(w, name), name, own, y)
  if x.requires_grad or __torch__.trains(w, name):
    y = __torch__.note(w, name, x, y)
    if turned:
      w["turned:" + name] = x
  return y

def linear(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return __torch__.applied(w, name, x, False)

def entered(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  # The hidden states x, cut where they are read more than once: as the input of layers and beside them.
  if x.requires_grad and __torch__.large(x, x.size(1)):
    x = __torch__.note(w, name, x, torch.detach(x))
  return x

def cuts(w: Dict[str, Tensor]) -> bool:
  # Whether something was cut out of the graph.
  found = False
  for k in w:
    found = found or torch.startswith(k, "out:")
  return found

def added(out: Dict[str, Tensor], leaf: str, g: Tensor) -> Dict[str, Tensor]:
  # Notes the gradient of a leaf, which may have one from elsewhere.
  key = "grads." + leaf
  if key in out:
    g = torch.add(out[key], g)
  out[key] = g
  return out

def through_layer(w: Dict[str, Tensor], name: str, x: Tensor, g: Tensor, out: Dict[str, Tensor]) -> Tensor:
  # The gradients of a layer's weights, from that of its output; returns that of its input.
  if not (name + ".weight" in w):
    return g
  own = torch.detach(x)
  weight = torch.detach(w[name + ".weight"])
  turned = "turned:" + name in w
  if w[name + ".weight"].requires_grad:
    if turned:
      out = __torch__.added(out, name + ".weight", __torch__.product(torch.t(own), torch.t(g), None))
    else:
      out = __torch__.added(out, name + ".weight", __torch__.product(torch.t(g), torch.t(own), None))
  if name + ".bias" in w and w[name + ".bias"].requires_grad:
    out = __torch__.added(out, name + ".bias", torch.sum(g, [0]))
  gx = g
  if x.requires_grad:
    if not turned:
      weight = torch.t(weight)
    gx = __torch__.product(g, weight, None)
  if name + ".lora_A.weight" in w:
    a = torch.detach(w[name + ".lora_A.weight"])
    gz = torch.matmul(g, torch.detach(w[name + ".lora_B.weight"])) * w[name + ".lora_scaling"]
    if w[name + ".lora_B.weight"].requires_grad:
      z = torch.linear(own, a) * w[name + ".lora_scaling"]
      out = __torch__.added(out, name + ".lora_B.weight", torch.matmul(torch.t(g), z))
    if w[name + ".lora_A.weight"].requires_grad:
      out = __torch__.added(out, name + ".lora_A.weight", torch.matmul(torch.t(gz), own))
    if x.requires_grad:
      gx = torch.addmm(gx, gz, a)
  return gx

def gradient(leaf: Tensor) -> Optional[Tensor]:
  return leaf.grad

def unwind(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  # The backward pass through what was cut out, last first, after that of the rest: the gradients of its weights. Layers
  # with one input follow each other; the graph before it is walked once, with the sum of their gradients.
  names = annotate(List[str], [])
  for k in w:
    if torch.startswith(k, "out:"):
      names.append(torch.slice(k, 4))
  out = annotate(Dict[str, Tensor], {})
  inputs = annotate(List[Tensor], [])
  sums = annotate(List[Tensor], [])
  while len(names) > 0:
    name = names.pop()
    x = w.pop("in:" + name)
    if len(inputs) > 0 and not (inputs[0] is x):
      torch.backward([inputs.pop()], annotate(List[Optional[Tensor]], [sums.pop()]), True, False)
    g = __torch__.gradient(w.pop("out:" + name))
    if g is not None:
      gx = __torch__.through_layer(w, name, x, g, out)
      if x.requires_grad and len(inputs) == 0:
        inputs.append(x)
        sums.append(gx)
      elif x.requires_grad:
        sums[0] = torch.add(sums[0], gx)
  if len(inputs) > 0:
    torch.backward([inputs.pop()], annotate(List[Optional[Tensor]], [sums.pop()]), True, False)
  return out
