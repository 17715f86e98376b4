"""Writes src/test/resources/cases/11-tied-head-advice/peft.safetensors: the logits of peft where an adapter changes the
head of a model whose head is tied to its embedding.

    python src/test/golden-scripts/tied_head.py    (peft 0.21.0, transformers 5.18.0, torch)
"""
import pathlib
import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

FOLDER = pathlib.Path(__file__).parent.parent / "resources" / "cases" / "11-tied-head-advice"

ids = torch.tensor([[0, 5, 77, 300, 12, 9, 140, 1], [3, 379, 2, 60, 61, 62, 200, 201]])
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(FOLDER / "model"), FOLDER / "adapter").eval()
save_file({"input_ids": ids, "logits": model(ids).logits.detach().contiguous()}, FOLDER / "peft.safetensors")
