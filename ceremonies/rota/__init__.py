"""Who is on duty when: shifts of the configuration and of on-call calendars."""
