"""Block Kit as Slack checks it: structure, limits, ids. Pure: JSON in, complaints out."""
