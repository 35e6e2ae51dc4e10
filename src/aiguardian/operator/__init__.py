"""What an operator does to an installation: set up, release, look, back up, restore.

`scripts/aiguardian.sh` hands its verbs over to `python -m aiguardian.operator`.
"""
