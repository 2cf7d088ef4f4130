"""Let operators watch the service: numbers for Prometheus, spans for OpenTelemetry.

Numbers and spans carry kinds, stages, routes and identifiers; never what was said, never a
name of a file or a person.
"""
