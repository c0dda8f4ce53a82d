"""``action_ask_back``: "did you mean", with the nearest questions as buttons."""

from __future__ import annotations

from actions.answer import ActionAnswer


class ActionAskBack(ActionAnswer):
    """What the rules and stories choose where a message alone does not say what is meant.

    It asks back, unless what was said before makes the message plain; that decision, like every
    other, is made outside of ``actions/``, so the two differ in nothing but what Rasa calls them.
    """

    def name(self) -> str:
        """As in ``domain.yml``."""
        return "action_ask_back"
