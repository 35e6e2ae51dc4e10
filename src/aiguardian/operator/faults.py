"""Why a verb could not be done."""

from __future__ import annotations


class OperatorFault(Exception):
    """Something that the operator has to mend. The message says what and how; it holds no value of
    a secret."""
