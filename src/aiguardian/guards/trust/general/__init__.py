"""What a text says against itself or against arithmetic and the calendar, without any source."""
