"""A service's OpenAPI description as a page: drawn by the server, without script, and with nothing from elsewhere."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
details { border: 1px solid light-dark(#dcd9d2, #363b41); border-radius: .4rem; margin: .4rem 0; padding: .4rem .75rem; }
details details { margin-left: .5rem; }
summary { cursor: pointer; } summary code { font-weight: 600; }
pre { background: light-dark(#f4f2ee, #1f2226); padding: .6rem; overflow: auto; max-height: 24rem; font-size: .85rem; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .2rem .9rem .2rem 0; }
"""

_METHODS = ("get", "post", "put", "patch", "delete")


def manual(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    told = escape(document["info"]["title"])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{told}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<main>
<h1>{told}</h1>
<p>{escape(document["info"].get("description", ""))}</p>
<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI {escape(document["openapi"])})</p>
{"".join(_chapters(document))}
</main>
</body>
</html>
"""


def _chapters(document: dict[str, Any]) -> Iterator[str]:
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                tag = operations[method].get("tags", ["other"])[0]
                by_tag.setdefault(tag, []).append(_operation(method, path, operations[method]))
    for tag, drawn in by_tag.items():
        yield f"<h2>{escape(tag)}</h2>\n{''.join(drawn)}"


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    head = f"<code>{method.upper()} {escape(path)}</code> {escape(operation.get('summary', ''))}"
    paragraphs = "".join(f"<p>{escape(part)}</p>\n" for part in operation.get("description", "").split("\n\n") if part)
    asked = "".join(_parameter(parameter) for parameter in operation.get("parameters", ()))
    table = f"<table>{asked}</table>\n" if asked else ""
    body = "".join(
        f"<h3>{escape(media_type)}</h3>\n{_example(content)}"
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    answers = "".join(_answer(status, answer) for status, answer in operation["responses"].items())
    return f"<details>\n<summary>{head}</summary>\n{paragraphs}{table}{body}{answers}</details>\n"


def _parameter(parameter: dict[str, Any]) -> str:
    must = ", required" if parameter.get("required") else ""
    told = parameter.get("description", parameter.get("schema", {}).get("description", ""))
    return (
        f'<tr><th scope="row"><code>{escape(parameter["name"])}</code></th><td>{parameter["in"]}{must}</td>'
        f"<td>{escape(told)}</td></tr>\n"
    )


def _answer(status: str, answer: dict[str, Any]) -> str:
    examples = "".join(_example(content) for content in answer.get("content", {}).values())
    head = f"<code>{escape(status)}</code> {escape(answer.get('description', ''))}"
    return f"<details>\n<summary>{head}</summary>\n{examples}</details>\n" if examples else f"<p>{head}</p>\n"


def _example(content: dict[str, Any]) -> str:
    examples = [one.get("value") for one in content.get("examples", {}).values()] or [content.get("example")]
    return "".join(f"<pre>{escape(_written(one))}</pre>\n" for one in examples if one is not None)


def _written(example: Any) -> str:
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)
