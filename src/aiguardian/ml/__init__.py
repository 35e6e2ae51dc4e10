"""Inference of the small models that ship with the package; how each was made is in training/."""
