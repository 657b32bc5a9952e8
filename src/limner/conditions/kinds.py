"""The kinds of condition that a generator can be trained for."""

from limner.conditions.attribute import Attribute
from limner.conditions.kind import ConditionKind
from limner.conditions.label import Label
from limner.conditions.number import Number
from limner.errors import ConditionError, quoted, suggestion

CONDITION_KINDS: dict[str, ConditionKind] = {
    "label": Label(),
    "number": Number(),
}
"""By the kind of attribute. A new kind is one file and one line here."""


def condition_kind_of(attribute: Attribute) -> ConditionKind:
    """Returns what an attribute is as a condition; ConditionError for one that cannot be one."""
    if attribute.kind not in CONDITION_KINDS:
        hint = suggestion(attribute.kind, list(CONDITION_KINDS))
        raise ConditionError(
            f"'{quoted(attribute.name)}' is a {attribute.kind}, which no generator can be trained for; {hint}"
        )
    return CONDITION_KINDS[attribute.kind]
