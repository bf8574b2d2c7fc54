"""What every endpoint shares: errors, limits, paging, text and JSON of strangers, parts of pages."""
