"""The pages of an account, and what people choose on them."""
