"""Checks the replies of custom actions against Rasa's schema, with the schema itself checked once.

Rasa calls ``jsonschema.validate``, which checks for every reply that the schema, too, is a valid one:
more than half of the time of a message. Here the validator is made once. What it accepts and rejects,
and with which words, stays the same.
"""

from __future__ import annotations

from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL

SCHEMA = RemoteAction.action_response_format_spec()
VALIDATOR = validator_for(SCHEMA)(SCHEMA)


def validate_action_result(action: RemoteAction, result: Any) -> bool:
    """Return True for a valid reply, else raise jsonschema's error; a method of ``RemoteAction``."""
    error = best_match(VALIDATOR.iter_errors(result))
    if error is None:
        return True
    error.message += (
        f". Failed to validate Action server response from API, make sure your response from the Action "
        f"endpoint is valid. For more information about the format visit {DOCS_BASE_URL}/custom-actions"
    )
    raise error
