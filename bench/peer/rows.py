"""The rows that bench/run prepared, and their batches.

The layout is that of org.tributary.bench.PreparedRows. Batches are padded to their longest row, as
transformers' DataCollatorWithPadding does.
"""

import io
import json
import pathlib
import random

import numpy
import torch
from PIL import Image
from safetensors.torch import load_file

IGNORED = -100
SIDE = 224


class Rows:
    """The rows of a case's folder."""

    def __init__(self, folder, grouped=False):
        folder = pathlib.Path(folder)
        self.case = json.loads((folder / "case.json").read_text())
        self.tensors = load_file(folder / "rows.safetensors")
        self.labels = self.tensors["labels"]
        self.ids = self.tensors.get("ids")
        self.ends = self.tensors["ends"].tolist() if "ends" in self.tensors else None
        self.batches = []
        if "order" in self.tensors:
            self.batches = self.tensors["order"].view(-1, self.case["batch"]).tolist()
        if grouped:
            warmup = self.case["warmup"]
            self.batches[warmup:] = self.grouped(len(self.batches) - warmup)

    def begin(self, row):
        return self.ends[row - 1] if row else 0

    def length(self, row):
        return self.ends[row] - self.begin(row)

    def grouped(self, count):
        """Batches of rows of similar length: one of the Trainer's groups of 50 batches.

        The rows of a group are sorted by length. The batches that are timed are evenly spread over
        the group, so that short and long ones are among them, and in a random order.
        """
        rows = sorted(range(len(self.ends)), key=self.length, reverse=True)
        batch = self.case["batch"]
        batches = [rows[i : i + batch] for i in range(0, len(rows), batch)]
        chosen = [batches[(2 * i + 1) * len(batches) // (2 * count)] for i in range(count)]
        random.Random(7).shuffle(chosen)
        return chosen

    def tokens(self, batch):
        """The real tokens of a batch; for images the rows."""
        return len(batch) if self.ids is None else sum(map(self.length, batch))

    def inputs(self, batch):
        """The arguments of the model for a batch."""
        if self.ids is None:
            return {"pixel_values": self.pixels(batch), "labels": self.labels[batch]}
        parts = [slice(self.begin(row), self.ends[row]) for row in batch]
        ids = padded([self.ids[part] for part in parts], 0)
        each = len(self.labels) == len(self.ids)
        labels = padded([self.labels[part] for part in parts], IGNORED) if each else self.labels[batch]
        given = {"input_ids": ids, "labels": labels}
        lengths = [part.stop - part.start for part in parts]
        # Without a mask, attention takes its fastest way.
        if min(lengths) < max(lengths):
            given["attention_mask"] = padded([torch.ones(n, dtype=torch.int64) for n in lengths], 0)
        return given

    def pixels(self, batch):
        if "pixels" in self.tensors:
            return self.tensors["pixels"][batch]
        return torch.stack([self.decoded(row) for row in batch])

    def decoded(self, row):
        file = self.tensors["files"][self.begin(row) : self.ends[row]].numpy().tobytes()
        image = Image.open(io.BytesIO(file)).convert("RGB").resize((SIDE, SIDE), Image.BILINEAR)
        values = torch.from_numpy(numpy.array(image)).permute(2, 0, 1).float()
        return values.mul_(1 / 127.5).sub_(1)


def padded(rows, value):
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)
