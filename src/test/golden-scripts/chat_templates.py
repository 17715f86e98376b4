"""Writes src/test/resources/chat/templates.json: what transformers writes for templates that use what public ones use.

The templates are our own. A case has what the template is given and the text, or `null` where transformers raises.

    python src/test/golden-scripts/chat_templates.py    (transformers 5.18.0)
"""
import datetime, json, pathlib
from unittest import mock
from transformers import __version__
from transformers.utils import chat_template_utils

TARGET = pathlib.Path(__file__).parent.parent / "resources" / "chat" / "templates.json"
DAY = datetime.datetime(2026, 1, 5)

TALK = [{"role": "system", "content": " Be kind. "}, {"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So 😀."}, {"role": "user", "content": "And é?\n"}]
TOOLS = [{"role": "user", "content": "Sum"}, {"role": "assistant", "content": None, "tool_calls": [{"type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": [True, None, 1.5], "c": "x\"<\n"}}}]}, {"role": "tool", "content": "3", "name": "add"}]
ALL = [TALK]

TEMPLATES = {
    "alternating roles, last system message": ("""{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- set asked = loop_messages | selectattr("role", "equalto", "user") | list %}
{#- roles take turns -#}
{%- set ns = namespace(index=0) %}
{%- for m in loop_messages %}
    {%- if not (m.role == "tool" or (m.tool_calls is defined and m.tool_calls is not none)) %}
        {%- if (m["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("roles must alternate") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for m in loop_messages %}
    {%- if m["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[I] " + system_message + "\\n\\n" + m["content"] + "[/I]" }}
        {%- else %}
            {{- "[I] " + m["content"] + "[/I]" ~ (m == asked[-1]) }}
        {%- endif %}
    {%- elif m.role == "assistant" %}
        {{- " " + m["content"]|trim + eos_token}}
    {%- endif %}
{%- endfor %}
""", [TALK, TALK[:3], TALK[1:2] + TALK[1:]]),
    "selectattr and its like": ("{{ messages|selectattr('role', 'ne', 'user')|map(attribute='content')|join('|') }};{{ messages|rejectattr('role', 'in', ['user', 'system'])|list|length }};{{ messages|map(attribute='role')|unique|join(',') }};{% if messages|selectattr('x')|list %}a{% else %}b{% endif %}{% if messages|selectattr('x') %}a{% else %}b{% endif %};{{ ['a', '', 'b']|select|list|length }};{{ ['a', 'b']|reject('equalto', 'a')|join }};{{ (messages|selectattr('role', 'eq', 'user')|first).content }};{{ ['b', 'A', 'c']|sort|join }}{{ ['b', 'A', 'c']|sort(reverse=true)|join }};{{ [3, 1, 2]|max }}{{ [3, 1, 2]|min }}{{ [3, 1, 2]|sum }};{{ ['a', 'b']|map('upper')|join('+') }}", ALL),
    "range and arithmetic": ("{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(5, 1, -2) %}{{ i }}{% endfor %}{{ '=' * 5 }}{{ 3 * 'ab' }};{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 10 }} {{ 7 / 2 }} {{ 1.5 + 1 }} {{ 6 / 3 }} {{ 2 * -3 }};{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'a' < 'b' }};{{ ([1, 2] + [3]) | list | length }};{{ ([0] * 3)|join }};{{ true + 1 }};{{ 1 == 1.0 }};{{ '5'|int + 1 }};{{ 'x'|int(7) }};{{ -3|abs }};{{ 10 - 2 - 3 }}", ALL),
    "loops": ("{% for c in 'aé😀' %}{{ loop.index }}{{ c }}{% endfor %};{% for m in messages if m.role != 'system' %}{{ loop.first }}{{ loop.last }}{{ loop.revindex0 }}{{ loop.length }}{% else %}none{% endfor %};{% for m in messages %}{% if loop.index0 == 1 %}{% continue %}{% endif %}{% if loop.index == 4 %}{% break %}{% endif %}{{ m.role[0] }}{% endfor %};{% for k, v in {'a': 1, 'b': [2]}.items() %}{{ k }}{{ v is sequence }}{% endfor %};{% for x in [] %}{% else %}empty{% endfor %};{% for a in [1, 2] %}{% for b in [3, 4] %}{{ a }}{{ b }}{{ loop.depth }} {% endfor %}{% endfor %};{% set x = 1 %}{% for i in [5] %}{% set x = i %}{% endfor %}{{ x }};{{ loop is defined }};{% for i in [1,2,3] %}{{ loop.cycle('a', 'b') }}{{ loop.previtem is defined }}{{ loop.nextitem if loop.nextitem is defined }}{% endfor %}", ALL),
    "texts": ("{{ ' a b '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'a,b,c'.split(',')[-1] }}|{{ 'a,b,c'.split(',', 1)[1] }}|{{ ' a  b '.split()|join('-') }}|{{ 'a.b.c'.rsplit('.', 1)[0] }}|{{ 'a\\nb'.splitlines()|length }}|{{ 'abc'[::-1] }}{{ 'abcdef'[1:4] }}{{ 'abcdef'[-2:] }}{{ '😀é!'[1] }}{{ 'abc'[5] is defined }}|{{ 'hello world'.title() }} {{ 'hELLO wORLD'|title }} {{ 'hELLO'|capitalize }}|{{ 'aXbX'.replace('X', '-', 1) }}{{ 'aXbX'|replace('X', '') }}|{{ 'ab'.startswith('a') }}{{ 'ab'.endswith(('x', 'b')) }}|{{ 'abcabc'.find('c') }}{{ 'abcabc'.rfind('c') }}{{ 'abc'.count('b') }}|{{ ','.join(['a', 'b']) }}|{{ 'a-b-c'.partition('-')[2] }}|{{ 'prefix'.removeprefix('pre') }}|{{ '12'.isdigit() }}|{{ 'a' 'b' }}|{{ 'A'|lower }}{{ 'a' is lower }}|{{ 'a\\nb\\n\\nc'|indent(2) }}|{{ 'x'|indent(2, true) }}|{{ 'abc'|reverse }}|{{ 'abc'|list|join(' ') }}|{{ 'é😀'|length }}|{{ '\\x41\\u00e9\\U0001F600\\q' }}", ALL),
    "defaults and tests": ("{{ x|default('d') }}{{ none|default('d') }}{{ ''|default('e', true) }}{{ x|d('f') }}|{{ x is defined }}{{ x is not defined }}{{ none is none }}{{ 1 is number }}{{ 1.5 is float }}{{ true is boolean }}{{ true is number }}{{ 'a' is string }}{{ {} is mapping }}{{ [] is iterable }}{{ 'a' is sequence }}{{ x is sequence }}|{{ 4 is divisibleby 2 }}{{ 3 is odd }}{{ 4 is even }}{{ 'a' is in ['a'] }}{{ 'a' is eq 'a' }}{{ 'a' is equalto('b') }}{{ 1 is sameas true }}{{ raise_exception is callable }}|{{ 'x' if x }}|{{ 'y' if not x else 'z' }}|{{ x }}{{ messages[0].nothing }}{{ messages[9] }}|{{ not x and true or false }}|{{ 'a' in x }}{{ 'a' not in {'a': 1} }}{{ none == false }}{{ x == none }}|{{ x|length }}{{ x|join }}{% for y in x %}{% endfor %}", ALL),
    "dicts": ("{% set d = {'b': 1, 'A': 2, 'items': 3} %}{{ d.b }}{{ d['A'] }}{{ d.get('x') }}{{ d.get('x', 'y') }}{{ d['items'] }}{{ d.items is callable }}{{ d|length }}{{ d.keys()|list|join }}{{ d.values()|sum }}{{ d|dictsort|map('first')|join }}{% for k in d %}{{ k }}{% endfor %}{% for k, v in d|items %}{{ k }}{{ v }}{% endfor %}{{ {'a': {'b': 2}}.a.b }}{{ dict(a=1).a }}{{ ({'a': 1} == {'a': 1.0}) }}{{ [1, [2]] == [1, [2]] }}", ALL),
    "json": ("{{ messages[1] | tojson }}\n{{ messages[1].tool_calls[0] | tojson(indent=2) }}\n{{ [] | tojson }}{{ {} | tojson(indent=4) }}{{ 'é😀\\t' | tojson }}{{ {'a': [1, {'b': 2}]} | tojson(separators=(',', ':')) }}{{ none | tojson }}{{ true | tojson }}{{ 1.5 | tojson }}", [TOOLS]),
    "macros and blocks": ("{% macro say(a, b='B', c=none) %}<{{ a }}{{ b }}{{ c is none }}>{% endmacro %}{{ say('x') }}{{ say('x', c=1) }}{{ say('x', 'y') }}{{ say('x', **{'b': 2}) }}{{ say(*['x', 'y']) }}{% macro tree(n) %}{{ n }}{% if n > 0 %}{{ tree(n - 1) }}{% endif %}{% endmacro %}{{ tree(3) }}{% set t %} a {{ say(1) }} {% endset %}[{{ t }}]{% set u | trim | upper %} b {% endset %}[{{ u }}]{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}{% set p, q = 1, 2 %}{{ q }}{{ p }}{% raw %}{{ x }} {% if %}{% endraw %}{% set ns = namespace(a=1) %}{% for i in [1, 2] %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{% if 0 %}a{% elif 1 %}b{% elif 2 %}c{% else %}d{% endif %}", ALL),
    "white space": ("  {% if true %}\n  a\n  {% endif %}\n{%- for m in messages -%}\n  {{ m.role }}\n{% endfor %}\n{#- note -#}\n x {%+ if true %} y {% endif +%}\n z\n  {# note #}\n w{{- ' v' -}} \n u\n\n", ALL),
    "the day": ("{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}|{{ strftime_now('%A, %B %d, %Y') }}|{{ strftime_now('%Y-%m-%d') }}{% endif %}", ALL),
    "content in parts": ("{% for m in messages %}{% if m.content is string %}{{ m.content }}{% elif m.content is iterable %}{% for p in m.content %}{% if p['type'] == 'text' %}{{ p['text'] | trim }}{% endif %}{% endfor %}{% else %}-{% endif %}{{ '<' ~ loop.index ~ '>' }}{% endfor %}", [TALK, [{"role": "user", "content": [{"type": "text", "text": " a "}, {"type": "image"}]}], TOOLS]),
    "variables": ("{% if enable_thinking is defined and enable_thinking is false %}<no>{% endif %}{{ words|join(' ') }}{{ n + 1 }}{{ name }}", ALL),
    "it complains": ("{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ messages[0].content }}", [TALK, TALK[1:]]),
}
# What Python refuses is refused.
REFUSED = ["{{ 'a' + 1 }}", "{{ 1 + none }}", "{{ x.y }}", "{{ none.strip() }}", "{{ [1] | selectattr('a', 'nothing') | list }}", "{{ messages | selectattr('role') | length }}", "{{ 'a' < 1 }}", "{{ 1 / 0 }}", "{{ messages.append(1) }}", "{{ {[1]: 2} }}", "{% set messages.x = 1 %}", "{{ range(1000000)|list|length }}", "{{ x + 'a' }}", "{{ nothing('a') }}", "{{ 'a'|nothing }}", "{% nothing %}", "{% if %}{% endif %}", "{% for x in 3 %}{% endfor %}", "{{ 'a' }", "{% endif %}", "{% break %}"]


def render(template, messages, given):
    with mock.patch.object(chat_template_utils, "datetime", wraps=datetime.datetime) as now:
        now.now.return_value = DAY
        rendered, _ = chat_template_utils.render_jinja_template(conversations=[messages], chat_template=template, bos_token="<s>", eos_token="</s>", **given)
    return rendered[0]


def main():
    given = {"enable_thinking": False, "words": ["a", "b"], "n": 3, "name": "it"}
    kinds = []
    for name, (template, conversations) in TEMPLATES.items():
        cases = []
        for messages in conversations:
            for prompt in (False, True) if "add_generation_prompt" in template else (False,):
                try:
                    text = render(template, messages, {**given, "add_generation_prompt": prompt})
                except Exception as e:
                    print(name, "raises", e)
                    text = None
                cases.append({"messages": messages, "prompt": prompt, "text": text})
        kinds.append({"name": name, "template": template, "cases": cases})
    for template in REFUSED:
        try:
            print("not refused:", template, "->", render(template, TALK, given))
        except Exception as e:
            kinds.append({"name": "refused: " + template, "template": template, "cases": [{"messages": TALK, "prompt": False, "text": None}]})
    TARGET.write_text(json.dumps({"by": f"apply_chat_template of transformers {__version__}", "day": "2026-01-05", "tokens": {"bos_token": "<s>", "eos_token": "</s>"}, "given": given, "kinds": kinds}, ensure_ascii=False, indent=1) + "\n")
    print(TARGET, len(kinds))


main()
