"""The audit: who decided what, in rows that nobody changes unseen."""
