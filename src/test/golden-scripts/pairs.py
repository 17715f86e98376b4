"""Makes src/test/resources/golden/pairs.json: ids and token types that transformers gives pairs of texts, also pairs
of which one or both texts are cut (truncation=True, which is longest_first); and how many tokens of two texts the
tokenizers library keeps: in `kept`, for 0 to 10 tokens of the second text.

    python pairs.py GOLDEN_FOLDER        needs transformers
"""

import json
import os
import shutil
import sys
import tempfile

import tokenizers
import transformers

golden = sys.argv[1]
LONG = "the treatment of a cold is rest and fluids, not antibiotics"
PAIRS = [
    ("What causes asthma?", "A genetic change."), ("a", "b"), (LONG, "a cold"), ("a cold", LONG), (LONG, LONG),
    (LONG + " and " + LONG, LONG), (LONG, LONG + " and " + LONG), ("  two  spaces ", "caf\u00e9 \u4f60\u597d"), ("rest", "rest </s> [SEP]"),
    ("a </s></s></s></s> [SEP][SEP][SEP][SEP] b", "unquestionably antibiotics"), ("unquestionably", "antibiotics, unquestionably"), ("[UNK] \U0001f600 <unk> x", "\U0001f600 y z w v"),
]
LENGTHS = [5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 20, 64]

cases = []
for model in ["bert", "roberta", "xlm_roberta", "distilbert"]:
    with tempfile.TemporaryDirectory() as folder:
        for name in ["config.json", "tokenizer.json"]:
            shutil.copy(os.path.join(golden, model, name), folder)
        t = transformers.AutoTokenizer.from_pretrained(folder)
        for length in LENGTHS:
            for a, b in PAIRS:
                e = t(a, b, truncation=True, max_length=length)
                whole = len(t(a, b)["input_ids"])
                cases.append({"model": model, "max_length": length, "first": a, "second": b, "ids": e["input_ids"],
                              "types": e.get("token_type_ids"), "cut": whole > length})
words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "b": 1, "c": 2}, unk_token="a"))
words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
kept = []
for special in (0, 3):
    if special:
        words.post_processor = tokenizers.processors.TemplateProcessing(
            single="c $A c", pair="c $A c $B:1 c:1", special_tokens=[("c", 2)])
    for most in range(special + 1, special + 7):
        words.enable_truncation(most, strategy="longest_first")
        for first in range(11):
            row = []
            for second in range(11):
                ids = words.encode("a " * first, "b " * second).ids
                row.append(f"{ids.count(0)}+{ids.count(1)}")
            kept.append({"special": special, "most": most, "first": first, "kept": " ".join(row)})

print({m: sum(c["cut"] for c in cases if c["model"] == m) for m in ["bert", "roberta", "xlm_roberta", "distilbert"]})
lines = {part: ",\n ".join(json.dumps(one, ensure_ascii=False) for one in all) for part, all in [("kept", kept), ("cases", cases)]}
with open(os.path.join(golden, "pairs.json"), "w") as out:
    out.write('{"transformers": "%s", "tokenizers": "%s",\n' % (transformers.__version__, tokenizers.__version__))
    out.write('"kept": [\n %s],\n"cases": [\n %s]}\n' % (lines["kept"], lines["cases"]))
