"""Text from outside is shown as text only: the house refuses what would make more of it."""

import ast
import json
import re
from pathlib import Path

import pytest

from iwflab.domain.counting import Cell, Table
from iwflab.domain.media import display_text

ROOT = Path(__file__).parents[2]
CODE = sorted([*ROOT.glob("iwflab/**/*.py"), *ROOT.glob("widgets/**/*.py")])
SCRIPTS = sorted(ROOT.glob("widgets/**/*.js"))
NOTEBOOKS = sorted(ROOT.glob("notebooks/**/*.ipynb"))
# Security reference, finding 9: five of 29 ways to show a text ran what was in it.
FORBIDDEN = {"HTML", "HTMLMath", "Markdown", "Latex", "Math", "Javascript", "Styler"}
MAKES_ELEMENTS = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe"
    r"|srcdoc|DOMParser|eval)\b|document\.write|new Function|setAttribute\(\s*[\"']on"
)
# The chart is SVG of our own making, every text in it escaped; see the test below.
MAY_PARSE = {"statistics.js": {"DOMParser"}}


def shows(text):
    """What of a module would make markup of a text; literals are allowed."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            literal = all(isinstance(one, ast.Constant) for one in node.args)
            if name in FORBIDDEN and not (node.args and literal):
                found.append(name)
            found += [k.arg for k in node.keywords if k.arg == "description_allow_html"]
            found += [
                "autoescape"
                for k in node.keywords
                if k.arg == "autoescape" and getattr(k.value, "value", None) is not True
            ]
            if name == "Environment" and not any(
                k.arg == "autoescape" for k in node.keywords
            ):
                found.append("an environment without autoescape")
            found += [name] if name == "Markup" else []
        if isinstance(node, ast.Attribute) and node.attr in {
            "style",
            "description_allow_html",
        }:
            found.append(node.attr)
        if isinstance(node, ast.FunctionDef) and node.name in {
            "_repr_html_",
            "_repr_markdown_",
            "_repr_latex_",
        }:
            found.append(node.name)
    return found


@pytest.mark.parametrize(
    "line",
    [
        "widgets.HTML(name)",
        "HTMLMath(value=name)",
        "display(Markdown(f'# {name}'))",
        "frame.style.format()",
        "Text(description=name, description_allow_html=True)",
        "jinja2.Environment(loader=here)",
        "jinja2.Environment(autoescape=False)",
        "Markup(name)",
        "def _repr_html_(self): ...",
    ],
)
def test_what_makes_markup_is_recognised(line):
    assert shows(line)


def test_a_literal_is_no_text_from_outside():
    assert shows("widgets.HTML('<b>fixed</b>')") == []


def test_nothing_of_ours_makes_markup_of_a_text():
    for file in CODE:
        assert shows(file.read_text("utf-8")) == [], file
    for file in NOTEBOOKS:
        cells = json.loads(file.read_text("utf-8"))["cells"]
        code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        assert shows("\n".join(code)) == [], file


def test_no_script_makes_elements_of_a_text():
    assert SCRIPTS
    for file in SCRIPTS:
        found = {m[0] for m in MAKES_ELEMENTS.finditer(file.read_text("utf-8"))}
        assert found <= MAY_PARSE.get(file.name, set()), file


def test_no_template_switches_escaping_off():
    templates = [*ROOT.glob("widgets/**/*.html"), *ROOT.glob("widgets/**/*.j2")]
    assert templates
    for file in templates:
        text = file.read_text("utf-8")
        assert "safe" not in re.findall(r"\|\s*(\w+)", text), file
        assert "autoescape" not in text or "autoescape true" in text, file


def test_a_template_of_notebooks_escapes_each_text_by_hand():
    """The environment of nbconvert does not escape by itself."""
    bar = next(ROOT.glob("widgets/**/bar.html.j2")).read_text("utf-8")
    for told in re.findall(r"\{\{(.*?)\}\}", bar):
        assert re.search(r"\|\s*e\s*$", told.strip()), told


def test_both_sides_make_the_same_signs_visible():
    script = next(ROOT.glob("widgets/**/dom.js")).read_text("utf-8")
    (told,) = re.findall(r"const UNSEEN = .*", script)
    assert re.findall(r"\\p\{(\w+)\}", told) == ["Cc", "Cf", "Cs", "Zl", "Zp"]
    for sign in "\x00\x1b\x7f\x85\u200b\u200e\u202e\u2066\u2028\ufeff\udcff\n\t":
        assert display_text(f"a{sign}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_a_chart_escapes_every_text():
    from iwflab.statistics.charts import draw

    bad = "</text><script>window.__hit=1</script>\"'&"
    cells = (Cell((bad,), bad, 1, 2), Cell((bad,), "b", 0, 2))
    table = Table(
        name="n",
        title=bad,
        unit="medium",
        row_names=(bad,),
        column_name=bad,
        columns=(bad, "b"),
        cells=cells,
        denominator=2,
        basis=bad,
        exclusions={bad: 1},
        note=bad,
    )
    assert "<script" not in draw(table)
