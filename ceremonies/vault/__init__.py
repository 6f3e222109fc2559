"""The only folder that speaks to Vault: the client, what Vault says, what goes wrong."""
