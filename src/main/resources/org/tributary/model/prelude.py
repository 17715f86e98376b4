# The start of every model program. Weights are passed as two dicts: frozen ones, which may be in a
# read-only map of a file, and trained ones. An empty key marks a dict that would be empty.
#
# Hidden states are [n, d], the tokens of all rows one after the other (packed.py, vision.py). A family's text or its
# kind's (decoder.py, classifier.py) defines embed(w, inputs) [n, d], context(inputs, places) (what all blocks share),
# block(w, i, x, context) [n, d], of which the last returns [p, d], the hidden states at the p places that are read;
# wanted(inputs, labels), the places that loss or logits read, and everywhere(inputs), all places;
# outcome(w, x, inputs, labels), logits(w, x, inputs) and observed(w, states, inputs).

def join(frozen: Dict[str, Tensor], train: Dict[str, Tensor]) -> Dict[str, Tensor]:
  w = annotate(Dict[str, Tensor], {})
  for k in frozen:
    w[k] = frozen[k]
  for k in train:
    w[k] = train[k]
  return w

def isolated(x: Tensor, places: Tensor) -> Tensor:
  # The hidden states at some places, in ascending order.
  if places.size(0) < x.size(0):
    x = torch.index_select(x, 0, places)
  return x

def leaves(train: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  for k in train:
    if len(k) > 0:
      out[k] = torch.requires_grad_(torch.detach(train[k]), True)
  return out
