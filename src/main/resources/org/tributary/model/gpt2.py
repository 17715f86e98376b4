# GPT-2. Shapes: hidden [n, d]; queries, keys, values [n, heads, head].

def conv1d(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  # y = x W + b, W [in, out], plus the adapter's part with the usual A [r, in] and B [out, r].
  return __torch__.applied(w, name, x, True)

def norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.layer_norm(x, [${hidden}], w[name + ".weight"], w[name + ".bias"], ${epsilon})

def tokens(w: Dict[str, Tensor], ids: Tensor, positions: Tensor) -> Tensor:
  return torch.embedding(w["${prefix}wte.weight"], ids) + torch.embedding(w["${prefix}wpe.weight"], positions)

def turns(positions: Tensor, lengths: Tensor) -> List[Tensor]:
  return annotate(List[Tensor], [])

def attend(w: Dict[str, Tensor], i: int, x: Tensor, turns: List[Tensor], places: Optional[Tensor]) -> List[Tensor]:
  name = "${blocks}" + str(i)
  qkv = __torch__.conv1d(w, name + ".attn.c_attn", __torch__.norm(w, name + ".ln_1", x))
  out = annotate(List[Tensor], [])
  for part in torch.chunk(qkv, 3, -1):
    out.append(__torch__.heads(part, ${heads}))
  if places is not None:
    out[0] = __torch__.isolated(out[0], places)
  return out

def rest(w: Dict[str, Tensor], i: int, x: Tensor, attended: Tensor) -> Tensor:
  name = "${blocks}" + str(i)
  x = x + __torch__.conv1d(w, name + ".attn.c_proj", attended)
  y = __torch__.conv1d(w, name + ".mlp.c_fc", __torch__.norm(w, name + ".ln_2", x))
  y = ${activation}
  return x + __torch__.conv1d(w, name + ".mlp.c_proj", y)

def final(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  return __torch__.norm(w, "${prefix}ln_f", x)

def head(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  return __torch__.linear(w, "${writer}", x)
