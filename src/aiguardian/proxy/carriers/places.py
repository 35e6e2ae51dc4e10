"""Places in a JSON body: their names, and a body with other values in some of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

Path = tuple[str | int, ...]
"""Keys and list positions from the body inwards."""


@lru_cache(maxsize=1024)
def path_name(path: Path) -> str:
    """The path as people write it: `messages[0].content[1].text`. Most bodies have the same."""
    name = ""
    for step in path:
        if isinstance(step, int):
            name = f"{name}[{step}]"
        else:
            name = f"{name}.{step[:64]}" if name else step[:64]
    return name


def placed(body: Any, values: Mapping[Path, Any], keys: Mapping[Path, str]) -> Any:
    """The body with other values at some paths and other names for some keys.

    Containers on the way are copied; everything else is the same objects.
    """
    if () in values:
        return values[()]
    if not values and not keys:
        return body
    copy = body.copy()
    for step in dict.fromkeys(path[0] for path in (*values, *keys)):
        copy[step] = placed(
            body[step],
            {path[1:]: new for path, new in values.items() if path[0] == step},
            {path[1:]: new for path, new in keys.items() if path[0] == step and len(path) > 1},
        )
    renamed = {path[0]: new for path, new in keys.items() if len(path) == 1}
    return {renamed.get(key, key): value for key, value in copy.items()} if renamed else copy
