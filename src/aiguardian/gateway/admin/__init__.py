"""The admin API: what an organisation's administrators see and change, under /api/v1/admin."""
