# Llama. Shapes: hidden [b, t, d]; queries, keys, values [b, heads, t, head].

def norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.rms_norm(x, [${hidden}], w[name + ".weight"], ${epsilon})

def tokens(w: Dict[str, Tensor], ids: Tensor, positions: Tensor) -> Tensor:
  return torch.embedding(w["model.embed_tokens.weight"], ids)

def attend(w: Dict[str, Tensor], i: int, x: Tensor, turns: List[Tensor]) -> List[Tensor]:
  name = "${blocks}" + str(i)
  y = __torch__.norm(w, name + ".input_layernorm", x)
  q = __torch__.rotate(__torch__.split(__torch__.linear(w, name + ".self_attn.q_proj", y), ${heads}), turns)
  k = __torch__.rotate(__torch__.split(__torch__.linear(w, name + ".self_attn.k_proj", y), ${kv_heads}), turns)
  v = __torch__.split(__torch__.linear(w, name + ".self_attn.v_proj", y), ${kv_heads})
  return [q, k, v]

def rest(w: Dict[str, Tensor], i: int, x: Tensor, attended: Tensor) -> Tensor:
  name = "${blocks}" + str(i)
  x = x + __torch__.linear(w, name + ".self_attn.o_proj", attended)
  y = __torch__.norm(w, name + ".post_attention_layernorm", x)
  gate = torch.silu(__torch__.linear(w, name + ".mlp.gate_proj", y))
  return x + __torch__.linear(w, name + ".mlp.down_proj", gate * __torch__.linear(w, name + ".mlp.up_proj", y))

def final(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  return __torch__.norm(w, "model.norm", x)

def head(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  if "lm_head.weight" in w:
    return torch.linear(x, w["lm_head.weight"])
  return torch.linear(x, w["model.embed_tokens.weight"])
