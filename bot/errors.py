"""What goes wrong on Slack's side: a branch of the error tree in `ceremonies.errors`."""

from __future__ import annotations

from ceremonies.errors import ConclaveError


class SlackUnreachable(ConclaveError):
    """Slack does not answer, or not in a way that can be used."""

    advice = "Check the way from here to slack.com (proxy, firewall), and Slack's own status page."
