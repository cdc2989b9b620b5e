"""The commands for scripts and screen readers: the same service, outbox and journal, without screens."""
