"""BiasGuard: toxic, hateful, exclusionary and loaded language, and whom it speaks of."""
