# The blocks of Llama and similar models. Shapes: hidden [n, d]; queries, keys, values [n, heads, head].
# The family defines normed(x, weight, size), the norm over the last dimension, and tokens(w, ids, positions).

def norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return __torch__.normed(x, w[name + ".weight"], ${hidden})

def of_head(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  # Qwen3 and Gemma 3 normalize the queries and keys of each head.
  if name + ".weight" in w:
    x = __torch__.normed(x, w[name + ".weight"], ${head})
  return x

def projected(w: Dict[str, Tensor], name: str, y: Tensor, places: Optional[Tensor]) -> List[Tensor]:
  # Queries, at some places or all, keys and values; Phi-3 has one layer for the three.
  if name + ".qkv_proj.weight" in w:
    qkv = torch.split_with_sizes(__torch__.linear(w, name + ".qkv_proj", y), [${heads} * ${head}, ${kv_heads} * ${head}, ${kv_heads} * ${head}], -1)
    q = qkv[0]
    if places is not None:
      q = __torch__.isolated(q, places)
    return [q, qkv[1], qkv[2]]
  k = __torch__.linear(w, name + ".k_proj", y)
  v = __torch__.linear(w, name + ".v_proj", y)
  if places is not None:
    y = __torch__.isolated(y, places)
  return [__torch__.linear(w, name + ".q_proj", y), k, v]

def own_turns(turns: List[Tensor], i: int) -> List[Tensor]:
  # Gemma 3: blocks with a window have rotary positions of their own.
  if len(turns) > 2 and __torch__.window(i) > 0:
    turns = torch.slice(turns, 2)
  return turns

def attend(w: Dict[str, Tensor], i: int, x: Tensor, turns: List[Tensor], places: Optional[Tensor]) -> List[Tensor]:
  name = "${blocks}" + str(i)
  y = __torch__.norm(w, name + ".input_layernorm", x)
  qkv = __torch__.projected(w, name + ".self_attn", y, places)
  turns = __torch__.own_turns(turns, i)
  k = __torch__.of_head(w, name + ".self_attn.k_norm", __torch__.heads(qkv[1], ${kv_heads}))
  k = __torch__.rotate(k, turns)
  if places is not None:
    turns = [__torch__.isolated(turns[0], places), __torch__.isolated(turns[1], places)]
  q = __torch__.of_head(w, name + ".self_attn.q_norm", __torch__.heads(qkv[0], ${heads}))
  return [__torch__.rotate(q, turns), k, __torch__.heads(qkv[2], ${kv_heads})]

def gates(w: Dict[str, Tensor], name: str, z: Tensor) -> List[Tensor]:
  # The gate before its activation and what it multiplies; Phi-3 has one layer for the two.
  if name + ".gate_up_proj.weight" in w:
    return torch.chunk(__torch__.linear(w, name + ".gate_up_proj", z), 2, -1)
  return [__torch__.linear(w, name + ".gate_proj", z), __torch__.linear(w, name + ".up_proj", z)]

def mlp(w: Dict[str, Tensor], name: str, z: Tensor) -> Tensor:
  pair = __torch__.gates(w, name, z)
  y = pair[0]
  y = ${activation}
  return __torch__.linear(w, name + ".down_proj", y * pair[1])

def rest(w: Dict[str, Tensor], i: int, x: Tensor, attended: Tensor) -> Tensor:
  name = "${blocks}" + str(i)
  y = __torch__.linear(w, name + ".self_attn.o_proj", attended)
  if name + ".pre_feedforward_layernorm.weight" in w:
    # Gemma 2 and 3 normalize before and after both parts.
    x = x + __torch__.norm(w, name + ".post_attention_layernorm", y)
    y = __torch__.mlp(w, name + ".mlp", __torch__.norm(w, name + ".pre_feedforward_layernorm", x))
    return x + __torch__.norm(w, name + ".post_feedforward_layernorm", y)
  x = x + y
  return x + __torch__.mlp(w, name + ".mlp", __torch__.norm(w, name + ".post_attention_layernorm", x))

def final(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  return __torch__.norm(w, "${prefix}norm", x)

def head(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  y = __torch__.linear(w, "${writer}", x)
  if ${logit_cap} > 0.:
    y = torch.mul(torch.tanh(torch.div(y.to(6), ${logit_cap})), ${logit_cap})
  return y
