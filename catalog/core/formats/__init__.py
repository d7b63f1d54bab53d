"""Reading files of rates, stores and SKUs."""
