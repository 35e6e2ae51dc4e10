"""Every place where text hides in a request to a model, and in its answer."""
