# The parts of Gemma that differ from Llama: norms by 1 + weight, in float32; embeddings times sqrt(d), rounded
# to their type.

def normed(x: Tensor, weight: Tensor, size: int) -> Tensor:
  return torch.type_as(torch.rms_norm(x.to(6), [size], torch.add(weight.to(6), 1.), ${epsilon}), x)

def tokens(w: Dict[str, Tensor], ids: Tensor, positions: Tensor) -> Tensor:
  x = torch.embedding(w["${prefix}embed_tokens.weight"], ids)
  return x * torch.full(annotate(List[int], []), ${root}, dtype=x.dtype, device=x.device)
