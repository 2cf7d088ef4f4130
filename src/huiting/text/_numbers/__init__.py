"""The grammars of inverse text normalization, one a language."""
