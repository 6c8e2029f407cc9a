"""Pieces of HTML in which every text is escaped: what is no `Html` is text, wherever it comes from."""

import html
from typing import ClassVar


class Html(str):
    """Markup; only `tag` and `joined` make any from texts."""

    __slots__ = ()
    VOID: ClassVar[frozenset[str]] = frozenset({"meta", "link", "br"})


def escaped(text: str) -> Html:
    """A text as markup, fit for an attribute too."""
    return text if isinstance(text, Html) else Html(html.escape(text, quote=True))


def joined(*children: str) -> Html:
    """Texts and markup one after the other."""
    return Html("".join(map(escaped, children)))


def tag(element: str, /, *children: str, **attributes: str) -> Html:
    """An element; an underscore at the end of an attribute's name is left out, others in it are hyphens."""
    written = "".join(
        f' {key.removesuffix("_").replace("_", "-")}="{escaped(value)}"' for key, value in attributes.items()
    )
    if element in Html.VOID:
        return Html(f"<{element}{written}>")
    return Html(f"<{element}{written}>{joined(*children)}</{element}>")
