"""Links in a text: where they lead, what they carry away, and whom they pretend to be."""
