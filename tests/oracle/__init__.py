"""Second calculations, sharing no code with the product, that its figures are held against."""
