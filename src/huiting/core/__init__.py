"""What a call is: types, interfaces, errors. Knows no library but numpy and pydantic (codec only)."""
