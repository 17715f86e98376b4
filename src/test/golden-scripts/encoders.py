"""Makes src/test/resources/golden/roberta, xlm_roberta and distilbert: tiny random classifiers of texts with what
transformers and peft compute with them.

    python encoders.py GOLDEN_FOLDER        needs torch, transformers, peft, tokenizers

Norms are from 1 + 0.1 N(0, 1), matrices from 0.35 N(0, 1), biases from 0.1 N(0, 1), by torch.Generator with the `seed`
of golden.json. The tokenizers are trained on TEXTS; that of DistilBERT is BERT's.
"""

import json
import os
import shutil
import sys

import peft
import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import decoders, models, pre_tokenizers, processors, trainers

TEXTS = [
    "What are the symptoms of asthma?",
    "Asthma is a chronic disease of the airways in the lungs.",
    "The treatment of a cold is rest and fluids, not antibiotics.",
    "A genetic change of the CFTR gene causes cystic fibrosis.",
    "The patient's temperature isn't high: 37.5 degrees.",
    "Sch\u00f6ne Gr\u00fc\u00dfe, caf\u00e9 cr\u00e8me, \u4f60\u597d \u4e16\u754c, \u041f\u0440\u0438\u0432\u0435\u0442.",
]
TRY = ["", "a", " ", "  two  spaces\n\nand\tlines ", "Hello world", "What causes asthma?", "caf\u00e9 \u4f60\u597d \U0001f600",
       "the <mask> and <pad> [MASK] [PAD] are special", "don't 37.5 CFTR"]
PAIRS = [("What causes asthma?", "A genetic change."), ("", "the cold"), ("rest", ""), ("A dog  runs.", " Nothing moves.")]

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
SMALL = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
FAMILIES = {
    "roberta": dict(
        seed=41, kind=transformers.RobertaForSequenceClassification,
        config=transformers.RobertaConfig(
            vocab_size=330, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=72,
            max_position_embeddings=66, type_vocab_size=1, layer_norm_eps=1e-5, num_labels=3, **SMALL),
        classic="hidden_act hidden_size intermediate_size layer_norm_eps num_attention_heads num_hidden_layers type_vocab_size",
        targets="all-linear"),
    "xlm_roberta": dict(
        seed=42, kind=transformers.XLMRobertaForSequenceClassification,
        config=transformers.XLMRobertaConfig(
            vocab_size=131, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=56,
            max_position_embeddings=50, type_vocab_size=1, layer_norm_eps=1e-5, num_labels=4, **SMALL),
        classic="hidden_act hidden_size intermediate_size layer_norm_eps num_attention_heads num_hidden_layers type_vocab_size",
        targets=["query", "value"]),
    "distilbert": dict(
        seed=43, kind=transformers.DistilBertForSequenceClassification,
        config=transformers.DistilBertConfig(
            vocab_size=420, dim=32, n_layers=2, n_heads=4, hidden_dim=72, max_position_embeddings=64, num_labels=3,
            dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0),
        classic="activation dim hidden_dim n_heads n_layers sinusoidal_pos_embds dropout attention_dropout seq_classif_dropout",
        targets=["q_lin", "v_lin", "lin1"]),
}


def byte_level():
    t = tokenizers.Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(TEXTS, trainers.BpeTrainer(
        vocab_size=320, special_tokens=SPECIAL[:4], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    t.add_special_tokens([tokenizers.AddedToken("<mask>", lstrip=True)])
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    return t


def unigram():
    t = tokenizers.Tokenizer(models.Unigram())
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t.decoder = decoders.Metaspace()
    t.train_from_iterator(TEXTS, trainers.UnigramTrainer(
        vocab_size=120, special_tokens=SPECIAL[:4], unk_token="<unk>", show_progress=False))
    t.add_special_tokens([tokenizers.AddedToken("<mask>", lstrip=True)])
    ends = [("<s>", 0), ("</s>", 2)]
    t.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends)
    return t


def tokenizer(golden, family):
    if family == "distilbert":
        return tokenizers.Tokenizer.from_file(f"{golden}/bert/tokenizer.json")
    return byte_level() if family == "roberta" else unigram()


def tokenizer_golden(t):
    encode, pairs = [], []
    for text in TRY:
        e = t.encode(text)
        encode.append({"text": text, "ids": e.ids, "tokens": e.tokens, "ids_without_special": t.encode(text, add_special_tokens=False).ids,
                       "decoded_skip_special": t.decode(e.ids), "decoded_with_special": t.decode(e.ids, skip_special_tokens=False)})
    for a, b in PAIRS:
        e = t.encode(a, b)
        pairs.append({"a": a, "b": b, "ids": e.ids, "type_ids": e.type_ids})
    return {"encode": encode, "encode_pair": pairs, "vocab_size": t.get_vocab_size(), "tokenizers": tokenizers.__version__}


def fill(model, seed):
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            z = torch.randn(p.shape, generator=draw)
            norm = "norm" in name.lower()
            p.copy_(0.35 * z if p.dim() == 2 else (1 + 0.1 * z if norm and name.endswith("weight") else 0.1 * z))


def inputs(config, seed, longest):
    """Three rows of different length; the second has a padding token within its text."""
    draw = torch.Generator().manual_seed(seed + 1000)
    pad = config.pad_token_id
    ids = torch.randint(5, config.vocab_size, (3, longest), generator=draw)
    mask = torch.ones_like(ids)
    for row, length in enumerate([longest, longest - 9, longest - 17]):
        ids[row, length:] = pad
        mask[row, length:] = 0
    ids[:, 0] = 0 if pad == 1 else 2
    ids[1, 6] = pad
    return {"input_ids": ids, "attention_mask": mask, "labels": torch.tensor([2, 0, 1])}


def computed(model, batch):
    model.zero_grad()
    out = model(**batch, output_hidden_states=True)
    out.loss.backward()
    grads = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    outputs = {f"hidden_states.{i}": h.detach().contiguous() for i, h in enumerate(out.hidden_states)}
    return out.loss.item(), {**outputs, "logits": out.logits.detach().contiguous()}, grads


def far(ours, exact):
    return max((ours[k].double() - exact[k]).abs().max().item() for k in ours)


def write(path, content):
    json.dump(content, open(path, "w"), indent=1, ensure_ascii=False)
    open(path, "a").write("\n")


def classic(model, keys):
    """The layout of transformers 4."""
    config = model.config
    names = {str(i): f"LABEL_{i}" for i in range(config.num_labels)}
    common = "initializer_range max_position_embeddings model_type pad_token_id vocab_size"
    if config.model_type != "distilbert":
        common += " bos_token_id eos_token_id hidden_dropout_prob attention_probs_dropout_prob classifier_dropout"
    out = {k: getattr(config, k) for k in (keys + " " + common).split()}
    out |= {"architectures": [type(model).__name__], "id2label": names, "label2id": {v: int(k) for k, v in names.items()},
            "torch_dtype": "float32", "transformers_version": "4.44.0"}
    if config.model_type != "distilbert":
        out["position_embedding_type"] = "absolute"
    return dict(sorted(out.items()))


def adapter(folder, family, model, batch):
    """An adapter by peft with its classifier, A, B and the classifier moved by 0.1 N(0, 1)."""
    torch.manual_seed(FAMILIES[family]["seed"])
    lora = peft.LoraConfig(r=3, lora_alpha=6, target_modules=FAMILIES[family]["targets"], task_type="SEQ_CLS")
    tuned = peft.get_peft_model(model, lora)
    draw = torch.Generator().manual_seed(FAMILIES[family]["seed"] + 2000)
    with torch.no_grad():
        for p in tuned.parameters():
            if p.requires_grad:
                p.add_(0.1 * torch.randn(p.shape, generator=draw))
    tuned.eval()
    tuned.save_pretrained(f"{folder}/adapter")
    os.remove(f"{folder}/adapter/README.md")
    path = f"{folder}/adapter/adapter_config.json"
    config = json.load(open(path))
    config["base_model_name_or_path"] = family
    write(path, config)
    with torch.no_grad():
        logits = tuned(**{k: batch[k] for k in ("input_ids", "attention_mask")}).logits
    save_file({"logits": logits.contiguous()}, f"{folder}/adapter/outputs.safetensors")


def make(golden, family):
    of = FAMILIES[family]
    folder = f"{golden}/{family}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    t = tokenizer(golden, family)
    t.save(f"{folder}/tokenizer.json")
    write(f"{folder}/tokenizer_golden.json", tokenizer_golden(t))
    of["config"]._attn_implementation = "eager"
    model = of["kind"](of["config"]).eval()
    assert t.get_vocab_size() <= model.config.vocab_size, t.get_vocab_size()
    fill(model, of["seed"])
    batch = inputs(model.config, of["seed"], 28)
    loss, outputs, grads = computed(model, batch)
    model.save_pretrained(folder)
    os.rename(f"{folder}/config.json", f"{folder}/config.v5.json")
    write(f"{folder}/config.json", classic(model, of["classic"]))
    save_file(batch, f"{folder}/inputs.safetensors")
    save_file(outputs, f"{folder}/outputs.safetensors")
    save_file(grads, f"{folder}/grads.safetensors")
    loss64, outputs64, grads64 = computed(model.double(), batch)
    write(f"{folder}/golden.json", {
        "case": family, "seed": of["seed"], "torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__,
        "parameters": sum(p.numel() for p in model.parameters()), "loss": loss, "loss_float64": loss64,
        "float32_vs_float64": {"loss": abs(loss - loss64), "outputs": far(outputs, outputs64), "grads_max": far(grads, grads64)},
        "tensors_with_gradient": len(grads)})
    adapter(folder, family, model.float(), batch)
    print(family, loss, sorted(os.listdir(folder)), len(grads))


for name in sys.argv[2:] or FAMILIES:
    make(sys.argv[1], name)
