"""Every door of the house: where what people do in Slack comes in."""
