"""Makes src/test/resources/golden/torch_files: state_dicts that torch.save wrote, in its zip format and in the one
before, and the same tensors as safetensors.

    python torch_files.py GOLDEN_FOLDER        needs torch, safetensors
"""

import collections
import os
import sys

import torch
from safetensors.torch import save_file

out = os.path.join(sys.argv[1], "torch_files")
os.makedirs(out, exist_ok=True)
draw = torch.Generator().manual_seed(5)
base = torch.randn(6, 4, generator=draw)
tensors = collections.OrderedDict(
    matrix=base,
    shared=base,
    part=base[2:5],
    column=base[:, 1],
    transposed=base.t(),
    permuted=torch.randn(2, 3, 4, generator=draw).permute(2, 0, 1),
    expanded=torch.randn(3, 1, generator=draw).expand(3, 5),
    stepped=torch.arange(20.0)[1::3],
    half=torch.randn(5, generator=draw).half(),
    bfloat=torch.randn(2, 3, generator=draw).bfloat16(),
    double=torch.randn(3, generator=draw).double(),
    ids=torch.arange(7).expand(1, -1),
    ints=torch.arange(3, dtype=torch.int32),
    flags=torch.tensor([True, False]),
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 3),
    parameter=torch.nn.Parameter(torch.randn(2, 2, generator=draw)),
)
tensors._metadata = collections.OrderedDict([("", {"version": 1})])
torch.save(tensors, f"{out}/zip.bin")
torch.save(tensors, f"{out}/legacy.bin", _use_new_zipfile_serialization=False)
torch.save(dict(tensors), f"{out}/protocol4.bin", pickle_protocol=4)
save_file({n: t.detach().clone().contiguous() for n, t in tensors.items()}, f"{out}/expected.safetensors")
torch.save({"other": torch.ones(2)}, f"{out}/other.bin")
torch.save({"epoch": 3, "state_dict": tensors}, f"{out}/training.bin")
print(torch.__version__, os.listdir(out))
