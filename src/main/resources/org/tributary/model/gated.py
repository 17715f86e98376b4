# The blocks of Llama and similar models. Shapes: hidden [n, d]; queries, keys, values [n, heads, head].
# The family defines norm(w, name, x) and tokens(w, ids, positions).

def of_head(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  # Qwen3 normalizes the queries and keys of each head.
  if name + ".weight" in w:
    x = torch.rms_norm(x, [${head}], w[name + ".weight"], ${epsilon})
  return x

def attend(w: Dict[str, Tensor], i: int, x: Tensor, turns: List[Tensor], places: Optional[Tensor]) -> List[Tensor]:
  name = "${blocks}" + str(i)
  y = __torch__.norm(w, name + ".input_layernorm", x)
  k = __torch__.heads(__torch__.linear(w, name + ".self_attn.k_proj", y), ${kv_heads})
  v = __torch__.heads(__torch__.linear(w, name + ".self_attn.v_proj", y), ${kv_heads})
  k = __torch__.rotate(__torch__.of_head(w, name + ".self_attn.k_norm", k), turns)
  if places is not None:
    y = __torch__.isolated(y, places)
    turns = [__torch__.isolated(turns[0], places), __torch__.isolated(turns[1], places)]
  q = __torch__.heads(__torch__.linear(w, name + ".self_attn.q_proj", y), ${heads})
  q = __torch__.rotate(__torch__.of_head(w, name + ".self_attn.q_norm", q), turns)
  return [q, k, v]

def rest(w: Dict[str, Tensor], i: int, x: Tensor, attended: Tensor) -> Tensor:
  name = "${blocks}" + str(i)
  x = x + __torch__.linear(w, name + ".self_attn.o_proj", attended)
  z = __torch__.norm(w, name + ".post_attention_layernorm", x)
  y = __torch__.linear(w, name + ".mlp.gate_proj", z)
  y = ${activation}
  return x + __torch__.linear(w, name + ".mlp.down_proj", y * __torch__.linear(w, name + ".mlp.up_proj", z))

def final(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  return __torch__.norm(w, "model.norm", x)

def head(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  return torch.linear(x, w["${head_weight}"])
