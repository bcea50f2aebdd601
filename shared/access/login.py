"""The page where a person signs in with a key, and out again."""

from html import escape
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from shared.access import session
from shared.access.gate import Gate, check_origin

_WORDS = {
    "vi": {
        "title": "Đăng nhập",
        "key": "Khóa truy cập",
        "go": "Đăng nhập",
        "wrong": "Khóa này không đúng, đã hết hạn hoặc đã bị thu hồi.",
        "where": "Khóa do người quản trị cấp bằng lệnh bantin keys make.",
    },
    "en": {
        "title": "Sign in",
        "key": "Key",
        "go": "Sign in",
        "wrong": "This key is not one of ours, has expired or was revoked.",
        "where": "Keys are made with bantin keys make.",
    },
}
_LONGEST_FORM = 8_192


def login_routes(gate: Gate, *, stylesheet: str) -> APIRouter:
    """`/login` and `/logout` of a service with pages; `stylesheet` is the address of what they look like."""
    router = APIRouter(include_in_schema=False)

    @router.get("/login")
    async def show_login(request: Request, next: Annotated[str, Query()] = "/") -> Response:
        return _page(request, stylesheet, next)

    @router.post("/login")
    async def log_in(request: Request) -> Response:
        check_origin(request)
        form = await _form(request)
        address = _inside(form.get("next", "/"))
        entry = await gate.holder(form.get("key", "").strip())
        if entry is None:
            return _page(request, stylesheet, address, wrong=True)
        answer = RedirectResponse(address, 303)
        answer.set_cookie(
            session.COOKIE,
            session.sealed(entry.id, gate.secret, now=gate.clock()),
            max_age=int(session.LIFE.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=_encrypted(request),
        )
        return answer

    @router.post("/logout")
    async def log_out(request: Request) -> Response:
        check_origin(request)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(session.COOKIE, httponly=True, samesite="strict", secure=_encrypted(request))
        return answer

    return router


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _inside(address: str) -> str:
    """An address of this site; the first page for any other."""
    parts = urlsplit(address)
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if inside and address.isprintable() and address.isascii() else "/"


def _encrypted(request: Request) -> bool:
    """Is the browser's connection encrypted? A gateway in front says so; to lie about it gains nobody anything."""
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))


def _page(request: Request, stylesheet: str, next: str, *, wrong: bool = False) -> HTMLResponse:
    language = "en" if request.headers.get("accept-language", "")[:2] == "en" else "vi"
    w = {name: escape(text) for name, text in _WORDS[language].items()}
    alert = f'<p class="bad" role="alert">{w["wrong"]}</p>\n' if wrong else ""
    page = f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{w["title"]} · Bantin</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{escape(stylesheet)}">
</head>
<body>
<main>
<h1>{w["title"]}</h1>
{alert}<form method="post" action="/login">
<input type="hidden" name="next" value="{escape(_inside(next))}">
<label>{w["key"]} <input type="password" name="key" required autocomplete="current-password" spellcheck="false"></label>
<button>{w["go"]}</button>
</form>
<p>{w["where"]}</p>
</main>
</body>
</html>
"""
    return HTMLResponse(page, 403 if wrong else 200, headers={"Cache-Control": "no-store"})
