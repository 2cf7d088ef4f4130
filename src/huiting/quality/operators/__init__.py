"""What a rule may ask of a call: one operator a module, named after its key in YAML.

`build` takes the options under the key: `-` in YAML is `_` here, and an option whose name
Python keeps for itself ends in `_` (`is` is `is_`). A value that is no mapping, the
shorthand, is that of the first parameter. A wrong value is a `ConfigError`, to which the
reader of the file adds the line.
"""
