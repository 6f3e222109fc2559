"""The domain: ceremonies, their log and what they do at Vault. It knows no Slack."""
