"""Makes src/test/resources/golden/vit/files.json: the logits that transformers gives the ViT of that folder for image files
of src/test/resources/pillow, read and resized by Pillow as transformers' ViTImageProcessor does.

    python image_files.py RESOURCES_FOLDER        needs torch, transformers, pillow and numpy
"""

import json
import os
import sys

import numpy
import torch
import transformers
from PIL import Image
from safetensors.torch import load_file

FILES = ["rgb.png", "grey.png", "rgba.png", "palette.png"]
PROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "do_resize": True,
    "size": {"height": 24, "width": 24},
    "resample": 2,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.4, 0.3],
    "image_std": [0.5, 0.6, 0.7],
}


def pixels(path):
    image = Image.open(path).convert("RGB").resize((24, 24), resample=Image.Resampling.BILINEAR)
    values = numpy.asarray(image, dtype=numpy.float32) * numpy.float32(PROCESSOR["rescale_factor"])
    mean = numpy.array(PROCESSOR["image_mean"], dtype=numpy.float32)
    std = numpy.array(PROCESSOR["image_std"], dtype=numpy.float32)
    return torch.from_numpy(((values - mean) / std).transpose(2, 0, 1))


def main(resources):
    folder = os.path.join(resources, "golden", "vit")
    model = transformers.ViTForImageClassification.from_pretrained(folder, attn_implementation="eager").eval()
    recorded = load_file(os.path.join(folder, "outputs.safetensors"))["logits"]
    inputs = load_file(os.path.join(folder, "inputs.safetensors"))["pixel_values"]
    with torch.no_grad():
        assert torch.allclose(model(pixel_values=inputs).logits, recorded, atol=1e-5)
        images = [
            {"file": name, "logits": model(pixel_values=pixels(os.path.join(resources, "pillow", name))[None]).logits[0].tolist()}
            for name in FILES
        ]
    with open(os.path.join(folder, "files.json"), "w") as out:
        json.dump({"transformers": transformers.__version__, "processor": PROCESSOR, "images": images}, out, indent=1)
        out.write("\n")


main(sys.argv[1])
