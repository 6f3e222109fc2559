"""The Slack surface: clicks into commands, events into messages. Nothing imports it."""
