"""Phone numbers, read in bulk with the metadata of `phonenumbers` and with the same results."""
