"""Makes src/test/resources/golden/vocabularies: folders without a tokenizer.json, and in golden.json the ids that
transformers gives with them. Both classes of a name (BertTokenizer and BertTokenizerFast, ...) are asked.

    python vocabulary_files.py GOLDEN_FOLDER        needs transformers
"""

import json
import os
import shutil
import sys
import tempfile

import transformers

golden = sys.argv[1]
out = os.path.join(golden, "vocabularies")
TEXTS = ["", "a", "The Patient's T\u00eate", " two  spaces\n", "\u4f60\u597d World", "caf\u00e9 CAFE\u0301 \u00c4", "Asthma [MASK] <mask> of a",
         "a<s>b , don't [SEP] </s> . 12's <|endoftext|>", "unbelievable \U0001f600", "[unused1] </s>"]
PAIR = ("What causes asthma?", "A genetic change.")


def flag(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, **flags}


def lines(vocabulary):
    words = sorted(vocabulary, key=vocabulary.get)
    return "\n".join(words) + "\n"


bert = json.load(open(os.path.join(golden, "bert", "tokenizer.json")))["model"]
bpe = json.load(open(os.path.join(golden, "roberta", "tokenizer.json")))["model"]
gpt = json.load(open(os.path.join(golden, "gpt2", "tokenizer.json")))["model"]
cased = dict(bert["vocab"])
for word in ["The", "World", "A", "T\u00eate", "##\u00ea", "\u4f60", "caf\u00e9", "\u00c4"]:
    cased.setdefault(word, len(cased))
mask = json.load(open(os.path.join(golden, "roberta", "tokenizer.json")))["added_tokens"]
roberta = dict(bpe["vocab"])
for token in mask:
    roberta.setdefault(token["content"], token["id"])


def merges(model):
    return "#version: 0.2\n" + "".join(" ".join(m if isinstance(m, list) else m.split(" ")) + "\n" for m in model["merges"])


def text(vocabulary):
    return {"vocab.txt": lines(vocabulary)}


def json_files(vocabulary, model):
    return {"vocab.json": json.dumps(vocabulary, ensure_ascii=False), "merges.txt": merges(model)}


BERT, DISTIL, ROBERTA, GPT2 = ({"model_type": m} for m in ("bert", "distilbert", "roberta", "gpt2"))
R, G = json_files(roberta, bpe), json_files(gpt["vocab"], gpt)
CASES = {
    "bert": (BERT, text(cased), {}),
    "bert-cased": (BERT, text(cased), {"tokenizer_config.json": {"do_lower_case": False}}),
    "bert-accents": (BERT, text(cased), {"tokenizer_config.json": {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False}}),
    "bert-named": (BERT, {"vocab.txt": lines(cased).replace("\n", " \r\n")}, {
        "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "strip_accents": False},
        "special_tokens_map.json": {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}}),
    "bert-decoder": (BERT, text(cased), {"tokenizer_config.json": {
        "tokenizer_class": "BertTokenizerFast", "do_lower_case": False,
        "added_tokens_decoder": {str(cased[t]): flag(t, special=True) for t in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]}}}),
    "distilbert": (DISTIL, text(cased), {"tokenizer_config.json": {"tokenizer_class": "DistilBertTokenizer"}}),
    "roberta": (ROBERTA, R, {}),
    "roberta-space": (ROBERTA, R, {"tokenizer_config.json": {"add_prefix_space": True, "tokenizer_class": "RobertaTokenizer"}}),
    "roberta-mask": (ROBERTA, R, {"special_tokens_map.json": {
        "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>",
        "mask_token": flag("<mask>", lstrip=True)}}),
    "gpt2": (GPT2, G, {}),
    "gpt2-space": (GPT2, G, {"tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True, "add_bos_token": False}}),
}

shutil.rmtree(out, ignore_errors=True)
cases = []
for name, (config, files, settings) in CASES.items():
    folder = os.path.join(out, name)
    os.makedirs(folder)
    for file, content in {"config.json": config, **files, **settings}.items():
        if not isinstance(content, str):
            content = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        open(os.path.join(folder, file), "w", newline="").write(content)
    t = transformers.AutoTokenizer.from_pretrained(folder)
    for other in (type(t).__name__.removesuffix("Fast"), type(t).__name__.removesuffix("Fast") + "Fast"):
        o = getattr(transformers, other).from_pretrained(folder)
        for x in TEXTS:
            assert o(x)["input_ids"] == t(x)["input_ids"], (name, other, x)
    pair = t(*PAIR)
    cases.append({"folder": name, "class": type(t).__name__, "size": len(t), "texts": [{"text": x, "ids": t(x)["input_ids"]} for x in TEXTS],
                  "pair": {"first": PAIR[0], "second": PAIR[1], "ids": pair["input_ids"]}})
    print(name, type(t).__name__, len(t), t(TEXTS[6])["input_ids"])
json.dump({"transformers": transformers.__version__, "cases": cases}, open(os.path.join(out, "golden.json"), "w"), indent=1)
