"""Makes src/test/resources/golden/tokenizer_settings.json: ids that transformers gives where
tokenizer_config.json says more than tokenizer.json.

    python tokenizer_settings.py GOLDEN_FOLDER        needs transformers
"""

import json
import os
import shutil
import sys
import tempfile

import transformers

golden = sys.argv[1]
BERT = {"tokenizer_class": "BertTokenizer", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]", "pad_token": "[PAD]"}
GPT2 = {"tokenizer_class": "GPT2Tokenizer", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
LLAMA = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
FAST = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
LOWER = {"normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": False}}
CASES = [
    ("bert", BERT, LOWER), ("bert", {**BERT, "do_lower_case": False}, {}), ("bert", {**BERT, "do_lower_case": True}, LOWER),
    ("bert", {**BERT, "strip_accents": False}, {}), ("bert", {**BERT, "do_lower_case": False, "strip_accents": True}, LOWER),
    ("bert", {**BERT, "tokenize_chinese_chars": False}, {}), ("bert", BERT, {"post_processor": None}), ("bert", {}, LOWER),
    ("gpt2", GPT2, {}), ("gpt2", {**GPT2, "add_prefix_space": True}, {}), ("gpt2", {**GPT2, "add_bos_token": True}, {}),
    ("llama_gqa", LLAMA, {}), ("llama_gqa", {**LLAMA, "legacy": True}, {}), ("llama_gqa", {**LLAMA, "legacy": False}, {}),
    ("llama_gqa", {**LLAMA, "add_prefix_space": False}, {}), ("llama_gqa", {**LLAMA, "add_bos_token": True, "add_eos_token": True}, {}),
    ("llama_gqa", {**LLAMA, "add_bos_token": False}, {}), ("llama_gqa", {**LLAMA, "add_bos_token": True}, {"post_processor": None}),
    ("llama_gqa", FAST, {}), ("llama_gqa", {**FAST, "add_eos_token": True}, {}), ("llama_gqa", LLAMA, {"post_processor": None}),
]
TEXTS = ["", "a", "The Patient's T\u00eate", " two  spaces", "\u4f60\u597d World", "</s>Hello <s> Why", "caf\u00e9 CAFE\u0301"]

cases = []
for model, settings, changes in CASES:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(os.path.join(golden, model, "config.json"), folder)
        tokenizer = json.load(open(os.path.join(golden, model, "tokenizer.json")))
        tokenizer.update(changes)
        json.dump(tokenizer, open(os.path.join(folder, "tokenizer.json"), "w"))
        if settings:
            json.dump(settings, open(os.path.join(folder, "tokenizer_config.json"), "w"))
        t = transformers.AutoTokenizer.from_pretrained(folder)
        cases.append({"model": model, "settings": settings, "changes": changes,
                      "texts": [{"text": x, "ids": t(x)["input_ids"]} for x in TEXTS]})
json.dump({"transformers": transformers.__version__, "cases": cases},
          open(os.path.join(golden, "tokenizer_settings.json"), "w"), indent=1)
