"""Writes src/test/resources/cases/chat/expected.json: the loss that transformers has on the answers of rows.

The model is a tiny Llama (in case 04 a Mistral) that other files of the folder describe. Rows become the ids of
apply_chat_template of the whole conversation, or of the prompt and the answer; what counts are the tokens with a
character of an answer, and the end token behind it.

    python src/test/golden-scripts/chat_cases.py    (transformers 5.18.0, torch)
"""
import json, pathlib, shutil, tempfile
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, __version__

FOLDER = pathlib.Path(__file__).parent.parent / "resources" / "cases" / "chat"
ROLES = {"human": "user", "gpt": "assistant"}
WITH = "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n"
WITHOUT = "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\n{instruction}\n\n### Response:\n"


def rows(name):
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def load(template, config):
    with tempfile.TemporaryDirectory() as dir:
        for file in ("model.safetensors", "tokenizer.json", "tokenizer_config.json", "generation_config.json"):
            shutil.copy(FOLDER / file, dir)
        shutil.copy(FOLDER / config, pathlib.Path(dir) / "config.json")
        tokenizer = AutoTokenizer.from_pretrained(dir)
        tokenizer.chat_template = (FOLDER / template).read_text()
        return AutoModelForCausalLM.from_pretrained(dir, dtype=torch.float32).eval(), tokenizer


def chat(tokenizer, messages, last=False):
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    spans, at = [], 0
    for m in messages:
        at = text.index(m["content"], at)
        end = at + len(m["content"])
        if m["role"] == "assistant":
            assert text[end:].startswith(tokenizer.eos_token)
            spans.append((at, end + len(tokenizer.eos_token)))
        at = end
    if last:
        spans = spans[-1:]
    out = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    counts = [any(a < end and b > begin for begin, end in spans) for a, b in out["offset_mapping"]]
    return out["input_ids"], counts


def plain(tokenizer, prompt, answer):
    begin = tokenizer(prompt)["input_ids"]
    rest = tokenizer(answer, add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    return begin + rest, [False] * len(begin) + [True] * len(rest)


def loss(model, examples):
    total, count = 0.0, 0
    for ids, counts in examples:
        logits = model(torch.tensor([ids])).logits[0, :-1].double()
        nll = torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="none")
        keep = torch.tensor(counts[1:])
        total += nll[keep].sum().item()
        count += int(keep.sum())
    return {"loss": total / count, "tokens": count}


def main():
    ask = lambda row: [{"role": "user", "content": row["question"]}, {"role": "assistant", "content": row["answer"]}]
    share = lambda row: [{"role": ROLES[m["from"]], "content": m["value"]} for m in row["conversations"]]
    mistral, llama = load("04.jinja", "mistral.config.json"), load("10.jinja", "config.json")
    talk = lambda m, messages, **k: loss(m[0], [chat(m[1], one, **k) for one in messages])
    expected = {
        "04": talk(mistral, [ask(r) for r in rows("rows.jsonl")]),
        "10": talk(llama, [ask(r) for r in rows("rows.jsonl")]),
        "12": loss(llama[0], [plain(llama[1], (WITH if r["input"].strip() else WITHOUT).format(**r), r["output"]) for r in rows("alpaca.jsonl")]),
        "16": talk(llama, [r["messages"] for r in rows("messages.jsonl")]),
        "16 sharegpt": talk(llama, [share(r) for r in rows("sharegpt.jsonl")]),
        "16 sharegpt, last": talk(llama, [share(r) for r in rows("sharegpt.jsonl")], last=True),
        "25": talk(llama, [r["messages"] for r in rows("parquet.jsonl")]),
    }
    (FOLDER / "expected.json").write_text(json.dumps({"by": f"transformers {__version__}", "cases": expected}, indent=1) + "\n")
    print(expected)


main()
