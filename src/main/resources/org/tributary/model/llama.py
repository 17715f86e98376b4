# The parts of Llama that differ from Gemma.

def normed(x: Tensor, weight: Tensor, size: int) -> Tensor:
  return torch.rms_norm(x, [size], weight, ${epsilon})

def tokens(w: Dict[str, Tensor], ids: Tensor, positions: Tensor) -> Tensor:
  return torch.embedding(w["${prefix}embed_tokens.weight"], ids)
