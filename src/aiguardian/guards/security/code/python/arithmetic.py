"""Operators on constants, so that branches that never run are not followed."""

from __future__ import annotations

from aiguardian.guards.security.code.python.values import LONGEST, UNSET, Constant, Unset, Value

MOST = 10**12


def compute(left: Constant | Unset, operator: str, right: Constant | Unset) -> Constant | Unset:
    """The outcome of `+ - * / // %` on small constants, or `UNSET`."""
    if isinstance(left, str) and isinstance(right, str) and operator == "+":
        return (left + right)[:LONGEST]
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        return UNSET
    if abs(left) > MOST or abs(right) > MOST:
        return UNSET
    if operator in ("+", "-", "*"):
        return {"+": left + right, "-": left - right, "*": left * right}[operator]
    if right and operator in ("/", "//", "%"):
        return {"/": left / right, "//": left // right, "%": left % right}[operator]
    return UNSET


def compare(left: Value, sign: str, right: Value) -> bool | None:
    """The outcome of a comparison of constants, or None when it is not known."""
    one, other = left.constant, right.constant
    if sign in ("in", "not in") and right.items is not None and one is not UNSET:
        inside = [value.constant for _, value in right.items]
        if any(value is UNSET for value in inside):
            return None
        return (one in inside) == (sign == "in")
    if one is UNSET or other is UNSET:
        return None
    if sign in ("==", "is"):
        return one == other
    if sign in ("!=", "is not"):
        return one != other
    if isinstance(one, str) and isinstance(other, str):
        if sign in ("in", "not in"):
            return (one in other) == (sign == "in")
        return None
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return _ordered(one, sign, other)
    return None


def _ordered(one: float, sign: str, other: float) -> bool | None:
    orders = {"<": one < other, ">": one > other, "<=": one <= other, ">=": one >= other}
    return orders.get(sign)
