def frequencies(lengths: Tensor) -> Tensor:
  # Llama 3.1: long waves are stretched by factor, short ones do not change, between them interpolation.
  f = torch.reciprocal(torch.pow(${theta}, __torch__.exponents(lengths)))
  wave = torch.mul(torch.reciprocal(f), ${two_pi})
  is_long = torch.gt(wave, ${long_wave})
  is_short = torch.lt(wave, ${short_wave})
  stretched = torch.where(is_long, torch.div(f, ${factor}), f)
  blend = torch.div(torch.sub(torch.mul(torch.reciprocal(wave), ${positions}), ${low}), ${high} - ${low})
  between = torch.div(torch.mul(torch.rsub(blend, 1.), stretched), ${factor}) + blend * stretched
  return torch.where(torch.logical_or(is_long, is_short), stretched, between)
