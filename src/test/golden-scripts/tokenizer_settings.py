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
QWEN = {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
GEMMA = {"tokenizer_class": "GemmaTokenizer", "bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>"}
XLM = {"tokenizer_class": "XLMRobertaTokenizer"}
ROBERTA = {"tokenizer_class": "RobertaTokenizer"}
BYTES = {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}}
CLEAN = {"clean_up_tokenization_spaces": True}
ANYWAY = {**CLEAN, "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output": True}
LEFT = {"padding_side": "left", "model_max_length": 6}


def decoder(**flags):
    plain = {"lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": True}
    return {"added_tokens_decoder": {"0": {"content": "<unk>", **plain}, "1": {"content": "<s>", **plain, **flags}, "2": {"content": "</s>", **plain}}}


def special_map(tokens):
    return {"special_tokens_map.json": tokens}


CASES = [
    ("bert", BERT, LOWER), ("bert", {**BERT, "do_lower_case": False}, {}), ("bert", {**BERT, "do_lower_case": True}, LOWER),
    ("bert", {**BERT, "strip_accents": False}, {}), ("bert", {**BERT, "do_lower_case": False, "strip_accents": True}, LOWER),
    ("bert", {**BERT, "tokenize_chinese_chars": False}, {}), ("bert", BERT, {"post_processor": None}), ("bert", {}, LOWER),
    ("gpt2", GPT2, {}), ("gpt2", {**GPT2, "add_prefix_space": True}, {}), ("gpt2", {**GPT2, "add_bos_token": True}, {}),
    ("llama_gqa", LLAMA, {}), ("llama_gqa", {**LLAMA, "legacy": True}, {}), ("llama_gqa", {**LLAMA, "legacy": False}, {}),
    ("llama_gqa", {**LLAMA, "add_prefix_space": False}, {}), ("llama_gqa", {**LLAMA, "add_bos_token": True, "add_eos_token": True}, {}),
    ("llama_gqa", {**LLAMA, "add_bos_token": False}, {}), ("llama_gqa", {**LLAMA, "add_bos_token": True}, {"post_processor": None}),
    ("llama_gqa", FAST, {}), ("llama_gqa", {**FAST, "add_eos_token": True}, {}), ("llama_gqa", LLAMA, {"post_processor": None}),
    # Classes: the model's own, another one's, config.json's.
    ("llama_gqa", {}, {}), ("qwen2", {}, {}), ("gpt2", {}, {}), ("gemma", {}, {}), ("bert", {**BERT, "tokenizer_class": "PreTrainedTokenizerFast"}, LOWER),
    ("qwen2", QWEN, {}), ("qwen2", {**QWEN, "add_prefix_space": True}, {}), ("qwen2", {**QWEN, "add_prefix_space": False}, {}),
    ("qwen2", {**QWEN, "tokenizer_class": "PreTrainedTokenizerFast"}, BYTES), ("qwen2", {**QWEN, "tokenizer_class": "LlamaTokenizerFast", "add_prefix_space": True}, {}),
    ("qwen2", QWEN, {"normalizer": None}), ("gpt2", {**GPT2, "tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": True}, {}),
    ("gemma", GEMMA, {}), ("gemma", GEMMA, {"normalizer": None}), ("gemma", {**GEMMA, "tokenizer_class": "PreTrainedTokenizerFast"}, {"normalizer": None}),
    ("llama_gqa", {}, {}, {"config.json": {"tokenizer_class": "LlamaTokenizer"}}), ("llama_gqa", LLAMA, {}, {"config.json": {"model_type": "mistral"}}),
    ("llama_gqa", {}, {}, {"config.json": {"model_type": "mistral"}}), ("llama_gqa", LLAMA, {}, {"config.json": {"model_type": "qwen3"}}),
    ("llama_gqa", FAST, {}, {"config.json": {"model_type": "qwen3"}}), ("llama_gqa", {**LLAMA, "tokenizer_class": "SomeTokenizer"}, {}),
    ("unigram", XLM, {}, {"config.json": {"model_type": "bert"}}), ("unigram", {**XLM, "add_prefix_space": False, **CLEAN}, {}, {"config.json": {"model_type": "bert"}}),
    ("roberta", {}, {}), ("roberta", ROBERTA, {"post_processor": None}), ("roberta", {**ROBERTA, "add_prefix_space": True}, {}),
    ("roberta", {**ROBERTA, "mask_token": {"__type": "AddedToken", "content": "<mask>", "lstrip": False, "rstrip": False, "normalized": False, "single_word": False}}, {}),
    ("roberta", {**ROBERTA, "cls_token": "<mask>", "tokenizer_class": "RobertaTokenizerFast"}, {}), ("roberta", {"tokenizer_class": "PreTrainedTokenizerFast"}, {}),
    ("roberta", {"tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": True}, {}), ("xlm_roberta", {}, {}), ("xlm_roberta", XLM, {"post_processor": None}),
    ("distilbert", {}, LOWER), ("distilbert", {"tokenizer_class": "DistilBertTokenizer", "do_lower_case": False}, {}),
    ("distilbert", {"tokenizer_class": "DistilBertTokenizerFast", "strip_accents": False}, LOWER),
    # Keys that change what is written, or nothing.
    ("bert", {**BERT, **CLEAN}, {}), ("bert", {**BERT, **LEFT, "truncation_side": "left"}, {}), ("gpt2", {**GPT2, **CLEAN, **LEFT}, {}), ("gpt2", {**GPT2, **ANYWAY}, {}),
    ("llama_gqa", {**LLAMA, **ANYWAY, **LEFT}, {}), ("llama_gqa", {**FAST, **CLEAN}, {}), ("qwen2", {**QWEN, "add_bos_token": True, "add_eos_token": True}, {}),
    # Added tokens.
    ("llama_gqa", {**LLAMA, **decoder(rstrip=True)}, {}), ("llama_gqa", {**FAST, **decoder(rstrip=True)}, {}), ("llama_gqa", {**LLAMA, **decoder(lstrip=True)}, {}),
    ("llama_gqa", {**FAST, **decoder(lstrip=True)}, {}), ("llama_gqa", {**LLAMA, **decoder(normalized=True)}, {}),
    ("llama_gqa", {**FAST, **decoder(single_word=True)}, {}), ("llama_gqa", {**LLAMA, **decoder(special=False)}, {}), ("llama_gqa", {**FAST, **decoder(special=False)}, {}),
    ("llama_gqa", FAST, {}, special_map({"bos_token": {"content": "<s>", "lstrip": True, "rstrip": True, "normalized": True, "single_word": False}})),
    ("bert", BERT, {}, special_map({"cls_token": "[MASK]"})), ("bert", {**BERT, "cls_token": "[MASK]"}, {}), ("bert", {**BERT, "extra_special_tokens": ["[MASK]"]}, {}),
    ("llama_gqa", {**FAST, "extra_special_tokens": {"image_token": "<s>"}, "additional_special_tokens": ["</s>"]}, {}),
]
TEXTS = ["", "a", "The Patient's T\u00eate", " two  spaces", "\u4f60\u597d World", "</s>Hello <s> Why", "caf\u00e9 CAFE\u0301", "a<s>b , don 't [MASK] . <|im_end|> 12 's"]

cases = []
for model, settings, changes, *beside in CASES:
    beside = beside[0] if beside else {}
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(golden, model, "config.json")
        config = json.load(open(config)) if os.path.exists(config) else {}
        config.update(beside.get("config.json", {}))
        for name, content in {**beside, "config.json": config}.items():
            json.dump(content, open(os.path.join(folder, name), "w"))
        tokenizer = json.load(open(os.path.join(golden, model, "tokenizer.json")))
        tokenizer.update(changes)
        json.dump(tokenizer, open(os.path.join(folder, "tokenizer.json"), "w"))
        if settings:
            json.dump(settings, open(os.path.join(folder, "tokenizer_config.json"), "w"))
        t = transformers.AutoTokenizer.from_pretrained(folder)
        texts = [(x, t(x)["input_ids"]) for x in TEXTS]
        cases.append({"model": model, "settings": settings, "changes": changes, "beside": beside,
                      "texts": [{"text": x, "ids": ids, "written": t.decode(ids), "plain": t.decode(ids, skip_special_tokens=True)} for x, ids in texts]})
json.dump({"transformers": transformers.__version__, "cases": cases},
          open(os.path.join(golden, "tokenizer_settings.json"), "w"), indent=1)
