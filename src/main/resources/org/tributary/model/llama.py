# The parts of Llama that differ from Gemma.

def norm(w: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
  return torch.rms_norm(x, [${hidden}], w[name + ".weight"], ${epsilon})

def tokens(w: Dict[str, Tensor], ids: Tensor, positions: Tensor) -> Tensor:
  return torch.embedding(w["model.embed_tokens.weight"], ids)
