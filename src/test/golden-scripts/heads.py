"""What transformers 5.18 and peft 0.21 compute with the classifiers that a run writes: src/test/resources/golden/heads.

    heads.py begin  src/test/resources/golden DIR [FAMILY...]   base models and raw rows
    cd DIR/FAMILY                                    then for each family, with jobs/submit local:
        partition partition.yaml
        train model.yaml; train adapter.yaml         and move run-model/model and run-adapter/adapter here
    heads.py values DIR [FAMILY...]                  inputs, logits, losses, accuracies

Rows and models are random, by a seed. A base has no classifier, and BERT's no pooler: both are drawn by the run. The
classes of a run are in no sorted order. `values` also makes the adapter's path of its base relative, and prints what the run's table has, where the run's folder is there.
"""
import glob
import io
import json
import os
import random
import re
import shutil
import sys

import pyarrow.parquet as parquet
import torch
from PIL import Image, ImageDraw
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForImageClassification,
    AutoModelForSequenceClassification,
    BitImageProcessorPil,
    PreTrainedTokenizerFast,
    SiglipImageProcessorPil,
    ViTImageProcessorPil,
)

FAMILIES = {
    "bert": dict(bare="BertModel", prefix="bert.", without=["classifier.", "pooler.dense"], targets="[query, value]",
                 steps=16, lr="1.0e-2"),
    "roberta": dict(bare="RobertaModel", prefix="roberta.", without=["classifier."], targets="[query, value]",
                    steps=16, lr="1.0e-2"),
    "distilbert": dict(bare="DistilBertModel", prefix="distilbert.", without=["classifier."], targets="[q_lin, v_lin]",
                       steps=16, lr="1.0e-2"),
    "llama": dict(golden="llama_gqa", bare="LlamaForCausalLM", prefix="", without=[], targets="[q_proj, v_proj]", steps=16, lr="1.0e-2"),
    "dinov2": dict(bare="Dinov2Model", prefix="dinov2.", without=["classifier."], targets="[query, value]", steps=4, lr="1.0e-2"),
    "vit": dict(bare="ViTModel", prefix="vit.", without=["classifier."], targets="[query, value]",
                steps=4, lr="1.0e-2"),
    "siglip": dict(bare="SiglipModel", prefix="", without=["classifier."], targets="[q_proj, v_proj]",
                   steps=4, lr="1.0e-2"),
}
TEXTS = {"bert": "[PAD]", "roberta": "<pad>", "distilbert": "[PAD]", "llama": "<unk>"}
PROCESSORS = {"dinov2": BitImageProcessorPil, "vit": ViTImageProcessorPil, "siglip": SiglipImageProcessorPil}
WORDS = {"genetic": "genetic changes", "symptoms": "symptoms", "treatment": "treatments"}
SHAPES = ["bar", "box", "disc"]
TEXT_CLASSES = "[treatment, genetic, symptoms]"
IMAGE_CLASSES = "[disc, bar, box]"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def base(golden, folder, family):
    of = FAMILIES[family]
    there = f"{golden}/{of.get('golden', family)}"
    config = json.load(open(f"{there}/config.json"))
    config["architectures"] = [of["bare"]]
    config.pop("id2label", None), config.pop("label2id", None)
    write(f"{folder}/base/config.json", json.dumps(config, indent=1) + "\n")
    weights = {
        name.removeprefix(of["prefix"]): tensor
        for name, tensor in load_file(f"{there}/model.safetensors").items()
        if not any(part in name for part in of["without"])
    }
    save_file(weights, f"{folder}/base/model.safetensors", {"format": "pt"})
    if family in TEXTS:
        shutil.copy(f"{there}/tokenizer.json", f"{folder}/base/tokenizer.json")
    else:
        size = config.get("image_size") or config["vision_config"]["image_size"]
        processor = {
            "image_processor_type": PROCESSORS[family].__name__.removesuffix("Pil"),
            "size": {"height": size, "width": size},
            "resample": 3,
            "image_mean": [0.5, 0.4, 0.3],
            "image_std": [0.2, 0.3, 0.4],
        }
        if family == "dinov2":
            # Another size than the learned positions have, as on the hub.
            processor.update(size={"shortest_edge": 40}, do_center_crop=True, crop_size={"height": 32, "width": 32})
        write(f"{folder}/base/preprocessor_config.json", json.dumps(processor, indent=1) + "\n")


def texts(folder, part, count):
    draw = random.Random(part)
    rows = ""
    for _ in range(count):
        label = draw.choice(sorted(WORDS))
        text = f"what are the {WORDS[label]} of disease {draw.randrange(50)}" + " and why" * draw.randrange(3)
        rows += json.dumps({"text": text, "label": label}) + "\n"
    write(f"{folder}/{part}.jsonl", rows)


def images(folder, part, count):
    draw = random.Random(part)
    for i in range(count):
        shape = draw.choice(SHAPES)
        size = draw.randrange(16, 40)
        image = Image.new("RGB", (size, size + draw.randrange(5)))
        pen = ImageDraw.Draw(image)
        colour = (draw.randrange(100, 256), draw.randrange(100, 256), 255)
        at = draw.randrange(size // 4)
        if shape == "bar":
            pen.rectangle([at, 0, at + size // 5, size], fill=colour)
        elif shape == "box":
            pen.rectangle([at, at, at + size // 2, at + size // 2], outline=colour)
        else:
            pen.ellipse([at, at, at + size // 2, at + size // 2], fill=colour)
        os.makedirs(f"{folder}/raw/{part}/{shape}", exist_ok=True)
        image.save(f"{folder}/raw/{part}/{shape}/{i}.png")


def begin(golden, target, *families):
    for family in families or FAMILIES:
        of = FAMILIES[family]
        folder = f"{target}/{family}"
        base(golden, folder, family)
        text = family in TEXTS
        for part, count in [("train", 40), ("test", 24)]:
            (texts if text else images)(folder, part, count)
        source = "{format: jsonl, train: train.jsonl, test: test.jsonl}" if text else "{format: images, train: raw}"
        write(
            f"{folder}/partition.yaml",
            f"source: {source}\nname: rows\nout: .\nseed: 7\nlabel: label\nclients: 2\npartitioner: {{name: iid}}\n",
        )
        data = f"{{path: rows, classes: {TEXT_CLASSES if text else IMAGE_CLASSES}}}"
        lora = f"{{name: fedit, lora: {{rank: 2, alpha: 6, targets: {of['targets']}}}}}"
        for kind, framework in [("model", "{name: fedavg}"), ("adapter", lora)]:
            length = ", maxLength: 32" if text else ""
            write(
                f"{folder}/{kind}.yaml",
                f"out: run-{kind}\nseed: 7\nrounds: 2\nmodel: {{path: base{length}}}\ndata: {data}\n"
                f"framework: {framework}\n"
                f"client: {{steps: {of['steps']}, batch: 8, optimizer: {{name: adamw, lr: {of['lr']}}}}}\n"
                "evaluate: {shard: 10, batch: 7}\n",
            )


def inputs(folder, family, rows):
    if family in TEXTS:
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=f"{folder}/base/tokenizer.json", pad_token=TEXTS[family])
        tokens = tokenizer(rows["text"], padding=True, max_length=32, truncation=True, return_tensors="pt")
        return {k: tokens[k].contiguous() for k in ["input_ids", "attention_mask"]}
    pictures = [Image.open(io.BytesIO(data)).convert("RGB") for data in rows["image"]]
    processor = PROCESSORS[family].from_pretrained(f"{folder}/base")
    return {"pixel_values": processor(pictures, return_tensors="pt")["pixel_values"].contiguous()}


def loaded(folder, family, kind):
    auto = AutoModelForSequenceClassification if family in TEXTS else AutoModelForImageClassification
    if kind == "model":
        model, told = auto.from_pretrained(f"{folder}/model", output_loading_info=True)
        assert not any(told[k] for k in ["missing_keys", "unexpected_keys", "mismatched_keys"]), told
        return model
    from peft import PeftModel, get_peft_model_state_dict

    below = auto.from_pretrained(f"{folder}/base", num_labels=3, ignore_mismatched_sizes=True)
    model = PeftModel.from_pretrained(below, f"{folder}/adapter")
    there = {n.removeprefix("base_model.model.") for n in load_file(f"{folder}/adapter/adapter_model.safetensors")}
    own = {n.removeprefix("base_model.model.") for n in get_peft_model_state_dict(model)}
    assert there == own, there ^ own
    return model


def scored(model, batch):
    """Without pad_token_id a decoder takes one row at a time; with it, a padded batch has the same logits."""
    if "input_ids" not in batch or model.config.pad_token_id is not None:
        return model(**batch).logits
    rows = [ids[mask == 1][None] for ids, mask in zip(batch["input_ids"], batch["attention_mask"])]
    alone = torch.cat([model(input_ids=row).logits for row in rows])
    model.config.pad_token_id = int(batch["input_ids"][batch["attention_mask"] == 0][0])
    assert float((model(**batch).logits - alone).abs().max()) < 1e-5
    return alone


def values(target, *families):
    import peft
    import transformers

    for family in families or FAMILIES:
        folder = f"{target}/{family}"
        files = sorted(glob.glob(f"{folder}/rows/test/*.parquet"))
        rows = parquet.ParquetFile(files[0]).read().to_pydict()
        batch = inputs(folder, family, rows)
        names = json.load(open(f"{folder}/model/config.json"))["id2label"]
        order = [names[str(i)] for i in range(3)]
        labels = torch.tensor([order.index(label) for label in rows["label"]])
        golden = {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__}
        outputs = {}
        for kind in ["model", "adapter"]:
            model = loaded(folder, family, kind).eval()
            with torch.no_grad():
                logits = scored(model, batch)
            outputs[kind] = logits.contiguous()
            loss = torch.nn.functional.cross_entropy(logits.double(), labels).item()
            accuracy = (logits.argmax(-1) == labels).double().mean().item()
            golden[kind] = {"class": type(model).__name__, "loss": loss, "accuracy": accuracy}
            tables = sorted(glob.glob(f"{folder}/run-{kind}/tables/evals/*/*.parquet"))
            if tables:
                table = parquet.ParquetFile(tables[-1]).read().to_pylist()
                for row in table:
                    if row["part"] == "test":
                        there = row["loss"]
                        print(family, kind, type(model).__name__, "loss", loss, "table", there,
                              "relative", abs(loss - there) / loss, "accuracy", accuracy, row["accuracy"])
        note = f"{folder}/adapter/adapter_config.json"
        text = open(note).read()
        write(note, re.sub(r'("base_model_name_or_path" : )".*"', r'\1"base"', text))
        save_file({**batch, "labels": labels}, f"{folder}/inputs.safetensors")
        save_file(outputs, f"{folder}/outputs.safetensors")
        write(f"{folder}/golden.json", json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    {"begin": begin, "values": values}[sys.argv[1]](*sys.argv[2:])
