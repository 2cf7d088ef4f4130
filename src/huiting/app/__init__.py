"""The only place that knows every part: settings, wiring, command line."""
