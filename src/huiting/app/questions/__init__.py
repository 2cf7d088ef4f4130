"""The commands of `huiting insights`, by what they ask about."""
