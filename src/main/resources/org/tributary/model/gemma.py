# The parts of Gemma that differ from Llama: norms by 1 + weight, in float32; embeddings times sqrt(d), rounded
# to their type.

def norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  weight = torch.add(w[name + ".weight"].to(6), 1.)
  return torch.type_as(torch.rms_norm(x.to(6), [${hidden}], weight, ${epsilon}), x)

def tokens(w: Dict[str, Tensor], ids: Tensor, positions: Tensor) -> Tensor:
  x = torch.embedding(w["model.embed_tokens.weight"], ids)
  return x * torch.full(annotate(List[int], []), ${root}, dtype=x.dtype, device=x.device)
