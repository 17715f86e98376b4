"""The work of jobs/wordnet-demo.yaml by hand: a loop over the clients in one process.

For those who would write the loop themselves with transformers and peft: the same model, data, rounds,
steps, batch size, optimizers and evaluation, in plain PyTorch with the fastest settings. One model is
kept in memory; a client's training sets its weights and reads them. Prints one line of JSON a variant.

    python bench/peer/federated.py --model DIR --data DIR [--rounds 6] [--steps 6] [--threads 2]
"""

import argparse
import json
import pathlib
import random
import time

import peft
import pyarrow.parquet
import tokenizers
import torch
import transformers
from galore import GaLore
from process import settings

BATCH, LENGTH, ROWS, RANK, ALPHA = 16, 64, 400, 8, 16
VARIANTS = {"fedavg": 6e-4, "fedavg-galore": 2e-3, "fedit": 3e-3, "ffa-lora": 3e-3, "flexlora": 3e-3}
PROJECTED = ("query", "key", "value", "dense")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="a set that the job partition wrote")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


class Part:
    """Texts with their labels. A text becomes ids when it is first used."""

    def __init__(self, folders, tokenizer, labels):
        files = [file for folder in folders for file in sorted(folder.glob("*.parquet"))]
        tables = [pyarrow.parquet.read_table(file).to_pydict() for file in files]
        self.texts = [text for table in tables for text in table["definition"]]
        self.labels = [labels.index(label) for table in tables for label in table["category"]]
        self.tokenizer = tokenizer

    def batch(self, rows):
        ids = [torch.tensor(e.ids) for e in self.tokenizer.encode_batch([self.texts[row] for row in rows])]
        given = {"input_ids": torch.nn.utils.rnn.pad_sequence(ids, batch_first=True)}
        if min(map(len, ids)) < max(map(len, ids)):
            ones = [torch.ones_like(row) for row in ids]
            given["attention_mask"] = torch.nn.utils.rnn.pad_sequence(ones, batch_first=True)
        return given, torch.tensor([self.labels[row] for row in rows])

    def scored(self):
        """Batches of evenly spread rows, of similar length."""
        count = min(ROWS, len(self.texts))
        rows = [i * len(self.texts) // count for i in range(count)]
        rows.sort(key=lambda row: len(self.texts[row]))
        return [self.batch(rows[i : i + 2 * BATCH]) for i in range(0, count, 2 * BATCH)]


class Federation:
    def __init__(self, args):
        self.args = args
        labels = json.loads((args.data / "manifest.json").read_text())["labels"]
        tokenizer = tokenizers.Tokenizer.from_file(str(args.model / "tokenizer.json"))
        tokenizer.enable_truncation(LENGTH)
        tokenizer.no_padding()
        self.labels = labels
        folders = sorted(args.data.glob("client=*"))
        self.clients = [Part([folder / "train"], tokenizer, labels) for folder in folders]
        validation = Part([folder / "validation" for folder in folders], tokenizer, labels)
        self.scores = [part.scored() for part in (validation, Part([args.data / "test"], tokenizer, labels))]
        self.criterion = torch.nn.CrossEntropyLoss()

    def model(self, variant):
        torch.manual_seed(self.args.seed)
        model = transformers.AutoModelForSequenceClassification.from_pretrained(
            self.args.model, num_labels=len(self.labels), dtype=torch.float32, attn_implementation="sdpa"
        )
        if not variant.startswith("fedavg"):
            config = peft.LoraConfig(
                r=RANK, lora_alpha=ALPHA, target_modules=["query", "value"], modules_to_save=["classifier", "pooler"]
            )
            model = peft.get_peft_model(model, config)
        for name, weight in model.named_parameters():
            if variant == "ffa-lora" and "lora_A" in name:
                weight.requires_grad = False
        return model.eval()

    def optimizer(self, variant, trained):
        lr = VARIANTS[variant]
        if variant != "fedavg-galore":
            return torch.optim.AdamW(trained.values(), lr=lr, weight_decay=0, fused=True)
        projected = {n: w for n, w in trained.items() if w.dim() == 2 and n.split(".")[-2] in PROJECTED}
        others = [w for n, w in trained.items() if n not in projected]
        return GaLore(projected.values(), others, lr, 16, scale=1.0, eps=1e-6, exact=True)

    def train(self, variant, model, trained, part, order):
        optimizer = self.optimizer(variant, trained)
        for i in range(self.args.steps):
            inputs, labels = part.batch(order[i * BATCH : (i + 1) * BATCH])
            self.criterion(model(**inputs).logits, labels).backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    @torch.inference_mode()
    def evaluate(self, model):
        accuracies = []
        for batches in self.scores:
            right = sum(int((model(**inputs).logits.argmax(-1) == labels).sum()) for inputs, labels in batches)
            accuracies.append(right / sum(len(labels) for _, labels in batches))
        return accuracies

    def run(self, variant):
        begin = time.perf_counter()
        model = self.model(variant)
        trained = {n: w for n, w in model.named_parameters() if w.requires_grad}
        bytes_sent = 0
        accuracies = [self.evaluate(model)]
        total = sum(len(part.texts) for part in self.clients)
        for number in range(self.args.rounds):
            start = {name: weight.detach().clone() for name, weight in trained.items()}
            merge = Merge(variant, start)
            for k, part in enumerate(self.clients):
                with torch.no_grad():
                    for name, weight in trained.items():
                        weight.copy_(start[name])
                order = random.Random(f"{self.args.seed} {number} {k}").sample(
                    range(len(part.texts)), self.args.steps * BATCH
                )
                self.train(variant, model, trained, part, order)
                merge.add(trained, len(part.texts) / total)
                bytes_sent += sum(4 * weight.numel() for weight in trained.values())
            with torch.no_grad():
                for name, value in merge.result().items():
                    trained[name].copy_(value)
            accuracies.append(self.evaluate(model))
        return {
            "variant": variant,
            "seconds": time.perf_counter() - begin,
            "bytes_up": bytes_sent,
            "accuracy": accuracies[-1],
        }


class Merge:
    """The weighted mean; for flexlora the best adapter for the mean of the products B A."""

    def __init__(self, variant, start):
        self.products = variant == "flexlora"
        self.sums = {name: torch.zeros_like(value) for name, value in start.items()}
        self.factors = {}

    @torch.no_grad()
    def add(self, trained, share):
        for name, weight in trained.items():
            if self.products and "lora_" in name:
                self.factors.setdefault(name, []).append(weight * share if "lora_B" in name else weight.clone())
            else:
                self.sums[name].add_(weight, alpha=share)

    @torch.no_grad()
    def result(self):
        for name in [n for n in self.factors if "lora_B" in n]:
            other = name.replace("lora_B", "lora_A")
            q, r = torch.linalg.qr(torch.cat(self.factors[name], 1))
            q2, r2 = torch.linalg.qr(torch.cat(self.factors[other], 0).T)
            u, s, vh = torch.linalg.svd(r @ r2.T)
            self.sums[name] = q @ (u[:, :RANK] * s[:RANK])
            self.sums[other] = vh[:RANK] @ q2.T
        return self.sums


def main():
    args = arguments()
    settings(args.threads)
    federation = Federation(args)
    for variant in VARIANTS:
        print(json.dumps(federation.run(variant)), flush=True)


if __name__ == "__main__":
    main()
