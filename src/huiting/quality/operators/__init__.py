"""What a rule can ask, one module an operator; its name is the key in YAML, `-` for `_`."""
