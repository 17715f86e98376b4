"""Writes src/test/resources/chat/turns.json: conversations as transformers makes ids of them, and which ids are the
assistant's.

Each template stands there twice: as models have it, and with {% generation %} around what the assistant says and the
token that ends its turn. transformers' return_assistant_tokens_mask of the second one is the reference for both.
`[[` and `]]` in the texts below stand for the marks, and for nothing in the first one. The templates are our own; they
put things where those of public models do.

    python src/test/golden-scripts/chat_turns.py    (transformers 5.18.0)
"""
import json, pathlib
from transformers import PreTrainedTokenizerFast, __version__

ROOT = pathlib.Path(__file__).parent.parent / "resources"

CHATML = """{%- for m in messages %}
{{- '<|im_start|>' + m.role + '\\n' }}{% if m.role == 'assistant' %}[[{{ m.content }}<|im_end|>]]{% else %}{{ m.content }}<|im_end|>{% endif %}{{ '\\n' }}
{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"""

OPENS = """{%- for m in messages %}
{%- if m.role == 'assistant' %}
{%- set content = m.content %}{%- if '</think>' in content %}{%- set content = content.split('</think>')[-1] %}{%- endif %}
{{- '<|im_start|>' }}[[{{- content + '<|im_end|>' }}]]
{%- else %}{{- '<|im_start|>' + m.content }}{%- endif %}
{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|><think>\\n' }}{%- endif %}"""

EMPTY = """{%- set ns = namespace(last=-1) %}
{%- for m in messages[::-1] %}{%- if ns.last < 0 and m.role == 'user' %}{%- set ns.last = messages|length - 1 - loop.index0 %}{%- endif %}{%- endfor %}
{%- for m in messages %}
{%- if m.role == 'assistant' %}
{%- set content = m.content %}{%- set thought = '' %}
{%- if '</think>' in content %}
{%- set thought = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
{%- set content = content.split('</think>')[-1].lstrip('\\n') %}
{%- endif %}
{{- '<|im_start|>assistant\\n' }}
{%- if loop.index0 > ns.last %}
{%- if thought %}[[{{- '<think>\\n' + thought.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') + '<|im_end|>' }}]]
{%- else %}{{- '<think>\\n\\n</think>\\n\\n' }}[[{{- content.lstrip('\\n') + '<|im_end|>' }}]]{%- endif %}
{%- else %}[[{{- content + '<|im_end|>' }}]]{%- endif %}
{{- '\\n' }}
{%- else %}{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}
{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}"""

HEADERS = """{{- bos_token }}{%- for m in messages %}
{{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' }}
{%- if m['role'] == 'assistant' %}[[{{- m['content'] | trim + '<|eot_id|>' }}]]{%- else %}{{- m['content'] | trim + '<|eot_id|>' }}{%- endif %}
{%- endfor %}{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}"""

INST = """{{- bos_token }}{%- for m in messages %}
{%- if m.role == 'user' %}{{- '[INST] ' + m.content + ' [/INST]' }}{%- else %}{{- ' ' }}[[{{- m.content|trim + eos_token }}]]{%- endif %}
{%- endfor %}"""

TURNS = """{{- bos_token }}{%- for m in messages %}
{%- set role = 'model' if m.role == 'assistant' else m.role %}
{{- '<start_of_turn>' + role + '\\n' }}{%- if role == 'model' %}[[{{- m.content | trim + '<end_of_turn>' }}]]{%- else %}{{- m.content | trim + '<end_of_turn>' }}{%- endif %}{{- '\\n' }}
{%- endfor %}{%- if add_generation_prompt %}{{- '<start_of_turn>model\\n' }}{%- endif %}"""

ONE = [("user", "what is insulin"), ("assistant", "a hormone")]
THREE = ONE + [("user", "who needs it?"), ("assistant", "  people with diabetes \n"), ("user", "why é 😀?"), ("assistant", "é 😀 because")]
SYSTEM = [("system", "be brief")] + THREE[:4]
THOUGHT = [("user", "what"), ("assistant", "<think>\nhm so\n</think>\n\nthe heart"), ("user", "sure?"), ("assistant", "<think>\nlet me see\n</think>\n\nyes")]
ODD = THOUGHT[:3] + [("assistant", "<think>let me see</think>yes")]

KINDS = [
    ("chatml", "qwen2", CHATML, {"eos_token": "<|im_end|>"}, {}, [ONE, THREE, SYSTEM]),
    ("the prompt opens a thought", "qwen2", OPENS, {"eos_token": "<|im_end|>"}, {}, [ONE, THREE, THOUGHT]),
    ("turns have an empty thought", "qwen2", EMPTY, {"eos_token": "<|im_end|>"}, {}, [ONE, THREE, THOUGHT, ODD]),
    ("turns have an empty thought, told not to", "qwen2", EMPTY, {"eos_token": "<|im_end|>"}, {"enable_thinking": False}, [ONE]),
    ("headers, trimmed", "llama_tied", HEADERS, {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}, {}, [ONE, THREE, SYSTEM]),
    ("a blank before the answer", "llama_gqa", INST, {"bos_token": "<s>", "eos_token": "</s>"}, {}, [ONE, THREE]),
    ("another name for the assistant", "gemma", TURNS, {"bos_token": "<bos>", "eos_token": "<eos>"}, {}, [ONE, THREE]),
]


def main():
    kinds = []
    for name, folder, text, special, variables, conversations in KINDS:
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(ROOT / "golden" / folder / "tokenizer.json"), **special)
        plain = text.replace("[[", "").replace("]]", "")
        marked = text.replace("[[", "{% generation %}").replace("]]", "{% endgeneration %}")
        cases = []
        for conversation in conversations:
            messages = [{"role": role, "content": content} for role, content in conversation]
            said = {}
            for template in (plain, marked):
                tokenizer.chat_template = template
                said[template] = tokenizer.apply_chat_template(messages, tokenize=False, **variables)
            assert said[plain] == said[marked], (name, said)
            out = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True, **variables)
            prompt = tokenizer.apply_chat_template(messages[:-1], tokenize=False, add_generation_prompt=True, **variables)
            cases.append({"messages": messages, "text": said[plain], "ids": out["input_ids"], "mask": out["assistant_masks"], "prompt": prompt})
        kinds.append({"name": name, "tokenizer": folder, "tokens": special, "variables": variables, "template": plain, "marked": marked, "cases": cases})
    target = ROOT / "chat" / "turns.json"
    target.write_text(json.dumps({"by": f"apply_chat_template of transformers {__version__}", "kinds": kinds}, ensure_ascii=False, indent=1) + "\n")
    print(target, sum(len(k["cases"]) for k in kinds), "conversations")


main()
