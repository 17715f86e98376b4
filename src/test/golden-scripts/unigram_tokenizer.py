"""Makes src/test/resources/golden/unigram: a small Unigram tokenizer with SentencePiece's table of
replacements (Precompiled), and what the tokenizers library says with it.

    python unigram_tokenizer.py OUT_FOLDER        needs sentencepiece and tokenizers
"""

import base64
import json
import os
import struct
import sys
import tempfile

import sentencepiece
import tokenizers

RULES = "FDFA\t635 644\nFB01\t66 69\n1F82\t3B1 313 300\nA0\t20\n200B\t\nFF21\t41\n2460\t31\n"
CORPUS = [
    "What causes asthma ?",
    "Asthma is a chronic lung disease of the airways.",
    "Symptoms are coughing, wheezing and a tight chest.",
    "The treatment of a cold is rest and fluids.",
] * 10
TEXTS = [
    "", "a", " ", "asthma", "  two  spaces\n\nand\tlines ", "of\ufb01ce \uff21 \u2460 \u1f82",
    "zero\u200bwidth\u00a0space", "\ufdfa", "\u4f60\u597d \U0001f600",
    "unknown \u0416", "</s> the <s>",
]


def fields(data):
    """Fields of a protobuf message: (number, value)."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            value = varint()
        elif kind == 2:
            size = varint()
            value = data[at : at + size]
            at += size
        else:
            size = 4 if kind == 5 else 8
            value = struct.unpack("<f" if size == 4 else "<d", data[at : at + size])[0]
            at += size
        yield key >> 3, value


def train():
    with tempfile.TemporaryDirectory() as folder:
        rules, corpus, model = (os.path.join(folder, n) for n in ("rules.tsv", "corpus.txt", "m"))
        open(rules, "w").write(RULES)
        open(corpus, "w").write("\n".join(CORPUS))
        sentencepiece.SentencePieceTrainer.train(
            input=corpus, model_prefix=model, vocab_size=100, model_type="unigram",
            normalization_rule_tsv=rules, hard_vocab_limit=False, pad_id=3, minloglevel=2)
        data = open(model + ".model", "rb").read()
    pieces, table = [], b""
    for number, value in fields(data):
        if number == 1:
            piece = dict(fields(value))
            pieces.append((piece[1].decode(), piece.get(2, 0.0), piece.get(3, 1)))
        elif number == 3:
            table = dict(fields(value))[2]
    return pieces, base64.b64encode(table).decode()


def tokenizer(pieces, table):
    added = [
        {"id": i, "content": p[0], "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True}
        for i, p in enumerate(pieces) if p[2] in (2, 3)]
    end = {"SpecialToken": {"id": "</s>", "type_id": 0}}
    text = [{"Sequence": {"id": t, "type_id": 0}} for t in "AB"]
    space = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Precompiled", "precompiled_charsmap": table},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, space]},
        "post_processor": {
            "type": "TemplateProcessing", "single": [text[0], end],
            "pair": [text[0], end, text[1], end],
            "special_tokens": {"</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}},
        "decoder": space,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": [[p[0], p[1]] for p in pieces],
                  "byte_fallback": False},
    }


def golden(file):
    t = tokenizers.Tokenizer.from_file(file)
    encode = []
    for text in TEXTS:
        e = t.encode(text)
        encode.append({
            "text": text, "ids": e.ids, "tokens": e.tokens,
            "ids_without_special": t.encode(text, add_special_tokens=False).ids,
            "decoded_skip_special": t.decode(e.ids, skip_special_tokens=True),
            "decoded_with_special": t.decode(e.ids, skip_special_tokens=False)})
    pair = t.encode("asthma", "a cold")
    return {
        "encode": encode,
        "encode_pair": [{"a": "asthma", "b": "a cold", "ids": pair.ids, "type_ids": pair.type_ids}],
        "vocab_size": t.get_vocab_size(), "tokenizers": tokenizers.__version__}


out = sys.argv[1]
os.makedirs(out, exist_ok=True)
path = os.path.join(out, "tokenizer.json")
json.dump(tokenizer(*train()), open(path, "w"), ensure_ascii=False, indent=1)
json.dump(golden(path), open(os.path.join(out, "tokenizer_golden.json"), "w"), ensure_ascii=False, indent=1)
