"""The rule language: YAML files read, checked, and judged over calls."""
