"""Phone numbers: read in bulk by the metadata of `phonenumbers`, and judged as it judges them."""
