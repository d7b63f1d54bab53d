"""catalog: stores, what they sell, and FX rates."""
