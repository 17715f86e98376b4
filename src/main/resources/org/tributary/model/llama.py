# Llama. Shapes: ids, mask, labels [b, t]; hidden [b, t, d]; heads [b, heads, t, head]; logits over the vocabulary.
# Rows are padded on the right, so the causal order alone keeps padding out of what counts.

def norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.rms_norm(x, [${hidden}], w[name + ".weight"], ${epsilon})

def angles(positions: Tensor) -> Tensor:
  # positions [...] to angles [..., head]: theta^(-2i/head), the same for both halves of a head.
  i = torch.arange(0, ${head}, 2, dtype=6, device=positions.device)
  frequencies = torch.reciprocal(torch.pow(${theta}, torch.mul(i, ${head_reciprocal})))
  a = torch.unsqueeze(positions.to(6), -1) * frequencies
  return torch.cat([a, a], -1)

def rotate(x: Tensor, angle: Tensor) -> Tensor:
  # x [b, heads, t, head], angle [t, head] or [b, 1, t, head]
  halves = torch.chunk(x, 2, -1)
  turned = torch.cat([torch.neg(halves[1]), halves[0]], -1)
  return x * torch.cos(angle) + turned * torch.sin(angle)

def split(x: Tensor, heads: int) -> Tensor:
  return torch.transpose(torch.view(x, [x.size(0), x.size(1), heads, ${head}]), 1, 2)

def join_heads(x: Tensor) -> Tensor:
  return torch.reshape(torch.transpose(x, 1, 2), [x.size(0), x.size(2), ${heads} * ${head}])

def mlp(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  gate = torch.silu(__torch__.linear(w, name + ".gate_proj", x))
  return __torch__.linear(w, name + ".down_proj", gate * __torch__.linear(w, name + ".up_proj", x))

def block(w: Dict[str, Tensor], name: str, x: Tensor, angle: Tensor) -> Tensor:
  y = __torch__.norm(w, name + ".input_layernorm", x)
  q = __torch__.rotate(__torch__.split(__torch__.linear(w, name + ".self_attn.q_proj", y), ${heads}), angle)
  k = __torch__.rotate(__torch__.split(__torch__.linear(w, name + ".self_attn.k_proj", y), ${kv_heads}), angle)
  v = __torch__.split(__torch__.linear(w, name + ".self_attn.v_proj", y), ${kv_heads})
  y = torch.scaled_dot_product_attention(q, k, v, None, 0., True, scale=None, enable_gqa=True)
  x = x + __torch__.linear(w, name + ".self_attn.o_proj", __torch__.join_heads(y))
  return x + __torch__.mlp(w, name + ".mlp", __torch__.norm(w, name + ".post_attention_layernorm", x))

def hidden_states(w: Dict[str, Tensor], ids: Tensor) -> List[Tensor]:
  # After the embeddings, after every block but the last, after the final norm.
  x = torch.embedding(w["model.embed_tokens.weight"], ids)
  angle = __torch__.angles(torch.arange(ids.size(1), device=ids.device))
  states = [x]
  for i in range(${layers}):
    x = __torch__.block(w, "model.layers." + str(i), x, angle)
    if i < ${layers} - 1:
      states.append(x)
  states.append(__torch__.norm(w, "model.norm", x))
  return states

def head(w: Dict[str, Tensor], x: Tensor) -> Tensor:
  if "lm_head.weight" in w:
    return torch.linear(x, w["lm_head.weight"])
  return torch.linear(x, w["model.embed_tokens.weight"])

def targets(labels: Tensor) -> Tensor:
  # Where token t+1 counts: [b, t-1].
  return torch.ne(torch.slice(labels, 1, 1), -100)

def predictions(w: Dict[str, Tensor], x: Tensor, labels: Tensor) -> Tensor:
  # Logits only where a token counts: [n, vocabulary].
  before = torch.slice(x, 1, 0, -1)
  counts = __torch__.targets(labels)
  return __torch__.head(w, torch.view(torch.masked_select(before, torch.unsqueeze(counts, -1)), [-1, ${hidden}]))

def counted(labels: Tensor) -> Tensor:
  return torch.masked_select(torch.slice(labels, 1, 1), __torch__.targets(labels))

def step_block(w: Dict[str, Tensor], name: str, x: Tensor, angle: Tensor, keys: Tensor, values: Tensor, slot: int, keep: Tensor) -> Tensor:
  # One token a row against the cache: x [b, 1, d], keys and values [b, kv, slots, head], keep [b, 1, 1, slots].
  y = __torch__.norm(w, name + ".input_layernorm", x)
  q = __torch__.rotate(__torch__.split(__torch__.linear(w, name + ".self_attn.q_proj", y), ${heads}), angle)
  k = __torch__.rotate(__torch__.split(__torch__.linear(w, name + ".self_attn.k_proj", y), ${kv_heads}), angle)
  v = __torch__.split(__torch__.linear(w, name + ".self_attn.v_proj", y), ${kv_heads})
  _0 = torch.copy_(torch.slice(keys, 2, slot, slot + 1), k)
  _1 = torch.copy_(torch.slice(values, 2, slot, slot + 1), v)
  y = torch.scaled_dot_product_attention(q, keys, values, keep, 0., False, scale=None, enable_gqa=True)
  x = x + __torch__.linear(w, name + ".self_attn.o_proj", __torch__.join_heads(y))
  return x + __torch__.mlp(w, name + ".mlp", __torch__.norm(w, name + ".post_attention_layernorm", x))

class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def forward(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], ids: Tensor, mask: Tensor, types: Tensor) -> Dict[str, Tensor]:
    w = __torch__.join(frozen, train)
    out = annotate(Dict[str, Tensor], {})
    out["logits"] = __torch__.head(w, __torch__.hidden_states(w, ids)[-1])
    return out

  def states(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], ids: Tensor, mask: Tensor, types: Tensor) -> Dict[str, Tensor]:
    w = __torch__.join(frozen, train)
    out = annotate(Dict[str, Tensor], {})
    i = 0
    for x in __torch__.hidden_states(w, ids):
      out["hidden_states." + str(i)] = x
      i = i + 1
    return out

  def gradients(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], ids: Tensor, mask: Tensor, types: Tensor, labels: Tensor) -> Dict[str, Tensor]:
    leaves = __torch__.leaves(train)
    w = __torch__.join(frozen, leaves)
    logits = __torch__.predictions(w, __torch__.hidden_states(w, ids)[-1], labels)
    loss = torch.cross_entropy_loss(logits, __torch__.counted(labels), None, 1, -100, 0.)
    out = __torch__.backward(loss, leaves)
    out["loss"] = torch.detach(loss)
    return out

  def likelihood(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], ids: Tensor, mask: Tensor, types: Tensor, labels: Tensor) -> Dict[str, Tensor]:
    # -log p of every token that counts, row after row: [n].
    w = __torch__.join(frozen, train)
    logits = __torch__.predictions(w, __torch__.hidden_states(w, ids)[-1], labels)
    out = annotate(Dict[str, Tensor], {})
    out["nll"] = torch.cross_entropy_loss(logits, __torch__.counted(labels), None, 0, -100, 0.)
    return out

  def generate(self: __torch__.Program, frozen: Dict[str, Tensor], train: Dict[str, Tensor], ids: Tensor, lengths: Tensor, limits: Tensor) -> Dict[str, Tensor]:
    # Greedy. ids [b, t] padded on the right, lengths [b], limits: new tokens, end token (-1 for none).
    # The cache has t slots for the prompt and one for each new token; a row sees its own prompt's slots.
    w = __torch__.join(frozen, train)
    new = int(torch.item(torch.select(limits, 0, 0)))
    end = int(torch.item(torch.select(limits, 0, 1)))
    b = ids.size(0)
    t = ids.size(1)
    slots = t + new
    x = torch.embedding(w["model.embed_tokens.weight"], ids)
    angle = __torch__.angles(torch.arange(t, device=ids.device))
    keys = annotate(List[Tensor], [])
    values = annotate(List[Tensor], [])
    for i in range(${layers}):
      name = "model.layers." + str(i)
      y = __torch__.norm(w, name + ".input_layernorm", x)
      k = __torch__.rotate(__torch__.split(__torch__.linear(w, name + ".self_attn.k_proj", y), ${kv_heads}), angle)
      v = __torch__.split(__torch__.linear(w, name + ".self_attn.v_proj", y), ${kv_heads})
      keys.append(torch.constant_pad_nd(k, [0, 0, 0, new], 0))
      values.append(torch.constant_pad_nd(v, [0, 0, 0, new], 0))
      x = __torch__.block(w, name, x, angle)
    last = torch.view(torch.sub(lengths, 1), [b, 1, 1])
    x = torch.gather(x, 1, torch.expand(last, [b, 1, ${hidden}]))
    slot_numbers = torch.unsqueeze(torch.arange(slots, device=ids.device), 0)
    own = torch.lt(slot_numbers, torch.unsqueeze(lengths, 1))
    made = annotate(List[Tensor], [])
    done = torch.lt(lengths, 0)
    go = True
    n = 0
    while go:
      logits = __torch__.head(w, torch.squeeze(__torch__.norm(w, "model.norm", x), 1))
      token = torch.argmax(logits, 1)
      made.append(token)
      done = torch.logical_or(done, torch.eq(token, end))
      n = n + 1
      go = n < new and not bool(torch.item(torch.all(done)))
      if go:
        x = torch.unsqueeze(torch.embedding(w["model.embed_tokens.weight"], token), 1)
        position = torch.view(torch.add(lengths, n - 1), [b, 1, 1])
        turn = __torch__.angles(position)
        slot = t + n - 1
        made_slots = torch.logical_and(torch.ge(slot_numbers, t), torch.le(slot_numbers, slot))
        keep = torch.view(torch.logical_or(own, made_slots), [b, 1, 1, slots])
        for i in range(${layers}):
          x = __torch__.step_block(w, "model.layers." + str(i), x, turn, keys[i], values[i], slot, keep)
    out = annotate(Dict[str, Tensor], {})
    out["tokens"] = torch.stack(made, 1)
    return out
