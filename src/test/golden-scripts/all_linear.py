"""Makes src/test/resources/golden/all_linear.json: the layers that peft adapts for all-linear.

    python all_linear.py GOLDEN_FOLDER        needs transformers and peft
"""

import json
import os
import sys

import peft
import transformers

golden = sys.argv[1]
CLASSES = {
    "bert": (transformers.AutoModelForSequenceClassification, "SEQ_CLS"),
    **{name: (transformers.AutoModelForSequenceClassification, "SEQ_CLS") for name in ("roberta", "xlm_roberta", "distilbert")},
    **{name: (transformers.AutoModelForImageClassification, "SEQ_CLS") for name in ("siglip", "deit", "dinov2")},
    **{name: (transformers.AutoModelForCausalLM, "CAUSAL_LM") for name in ("gpt2", "llama_gqa", "qwen2", "gemma", "phi3", "gemma2", "gemma3")},
}
layers = {}
for name, (auto, task) in CLASSES.items():
    config = transformers.AutoConfig.from_pretrained(os.path.join(golden, name))
    # peft saves DistilBERT's pre_classifier whole and fails if all-linear puts an adapter on it, too.
    without = ["pre_classifier"] if name == "distilbert" else None
    model = peft.get_peft_model(auto.from_config(config), peft.LoraConfig(r=2, target_modules="all-linear", exclude_modules=without, task_type=task))
    layers[name] = sorted(model.base_model.targeted_module_names)
json.dump({"peft": peft.__version__, "transformers": transformers.__version__, "layers": layers},
          open(os.path.join(golden, "all_linear.json"), "w"), indent=1)
