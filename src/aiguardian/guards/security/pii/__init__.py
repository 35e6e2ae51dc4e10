"""Personal data in text: numbers with check digits, addresses of every kind, dates of birth.

`find.find_pii` is the way in.
"""
