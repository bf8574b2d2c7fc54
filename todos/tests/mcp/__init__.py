"""The tools, as models and programs call them."""
