"""The conditions of statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from lab.aws.iam import wildcards
from lab.aws.iam.document import Condition
from lab.aws.iam.unknown import CannotEvaluate
from lab.aws.iam.wildcards import Lookup, NoSuchValue

# Variables are for texts and ARNs only.
_WITH_VARIABLES = ("String", "Arn")
_Match = Callable[[str, str], bool]  # what the policy names, what the request says
_NAME = re.compile(r"(?:(?P<set>ForAllValues|ForAnyValue):)?(?P<base>[A-Za-z]+?)(?P<if_exists>IfExists)?")


def holds(condition: Condition, lookup: Lookup, *, has_variables: bool) -> bool:
    """Whether the condition is met by a request of which `lookup` tells the values of every key.

    lookup: None for a key that the request does not have; raises CannotEvaluate for one that is not known. Raises
    CannotEvaluate for an unknown operator, a value that the operator cannot compare, and several values of a key
    without ForAllValues or ForAnyValue, which AWS calls an error of the policy.
    """
    name = _NAME.fullmatch(condition.operator)
    if name is None:
        raise CannotEvaluate(f"unknown condition operator {condition.operator!r}")
    said = lookup(condition.key)
    if name["base"] == "Null":
        return _is_null(condition, said)
    match, is_negated = _operator(name["base"], condition.operator)
    if said is None:
        if name["if_exists"] or name["set"] == "ForAllValues":
            return True
        return is_negated and name["set"] is None
    wanted = _wanted(condition, name["base"], lookup, has_variables)

    def fits(value: str) -> bool:
        found = any(match(pattern, value) for pattern in wanted)
        return found != is_negated

    if name["set"] == "ForAllValues":
        return all(fits(value) for value in said)
    if name["set"] == "ForAnyValue":
        return any(fits(value) for value in said)
    if len(said) != 1:
        raise CannotEvaluate(f"{condition.key} has {len(said)} values, and {condition.operator} is for one")
    return fits(said[0])


def _is_null(condition: Condition, said: tuple[str, ...] | None) -> bool:
    if condition.operator != "Null" or condition.values not in (("true",), ("false",)):
        raise CannotEvaluate(f"{condition.operator} takes true or false, not {condition.values}")
    return (said is None) == (condition.values == ("true",))


def _wanted(condition: Condition, base: str, lookup: Lookup, has_variables: bool) -> list[str]:
    """What the policy names, with variables replaced; a value whose variable says nothing matches nothing."""
    wanted = []
    for value in condition.values:
        try:
            wanted.append(
                wildcards.filled(value, lookup) if has_variables and base.startswith(_WITH_VARIABLES) else value
            )
        except NoSuchValue:
            continue
    return wanted


def _operator(base: str, whole: str) -> tuple[_Match, bool]:
    """The comparison, and whether it is turned round."""
    positive = _NEGATED.get(base, base)
    if positive not in _OPERATORS:
        raise CannotEvaluate(f"unknown condition operator {whole!r}")
    return _OPERATORS[positive], base in _NEGATED


def _same(text: str, value: str) -> bool:
    return wildcards.plain(text) == value


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as unfit:
        raise CannotEvaluate(f"{text!r} is no number") from unfit


def _moment(text: str) -> datetime:
    try:
        if re.fullmatch(r"\d+", text) and len(text) > 4:
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError as unfit:
        raise CannotEvaluate(f"{text!r} is no date") from unfit
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _truth(text: str) -> bool:
    try:
        return {"true": True, "false": False}[text.lower()]
    except KeyError as unfit:
        raise CannotEvaluate(f"{text!r} is neither true nor false") from unfit


def _in_range(pattern: str, value: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(pattern, strict=False)
    except ValueError as unfit:
        raise CannotEvaluate(f"{value!r} in {pattern!r}: {unfit}") from unfit


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as unfit:
        raise CannotEvaluate(f"{text!r} is not in base 64") from unfit


_OPERATORS: Mapping[str, _Match] = {
    "StringEquals": _same,
    "StringEqualsIgnoreCase": lambda pattern, value: _same(pattern.lower(), value.lower()),
    "StringLike": wildcards.matches,
    "NumericEquals": lambda pattern, value: _number(value) == _number(pattern),
    "NumericLessThan": lambda pattern, value: _number(value) < _number(pattern),
    "NumericLessThanEquals": lambda pattern, value: _number(value) <= _number(pattern),
    "NumericGreaterThan": lambda pattern, value: _number(value) > _number(pattern),
    "NumericGreaterThanEquals": lambda pattern, value: _number(value) >= _number(pattern),
    "DateEquals": lambda pattern, value: _moment(value) == _moment(pattern),
    "DateLessThan": lambda pattern, value: _moment(value) < _moment(pattern),
    "DateLessThanEquals": lambda pattern, value: _moment(value) <= _moment(pattern),
    "DateGreaterThan": lambda pattern, value: _moment(value) > _moment(pattern),
    "DateGreaterThanEquals": lambda pattern, value: _moment(value) >= _moment(pattern),
    "Bool": lambda pattern, value: _truth(value) == _truth(pattern),
    "BinaryEquals": lambda pattern, value: _bytes(value) == _bytes(pattern),
    "IpAddress": _in_range,
    # The two are the same: each of the six parts between colons, with wildcards.
    "ArnEquals": wildcards.arn_matches,
    "ArnLike": wildcards.arn_matches,
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
