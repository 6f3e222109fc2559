"""The practice range: real OpenBao clusters, a real Redis and a stand-in for Slack."""
