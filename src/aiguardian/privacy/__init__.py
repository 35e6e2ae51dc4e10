"""What is known of a person, everywhere: handed out, and forgotten, with a receipt."""
