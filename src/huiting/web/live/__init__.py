"""Doors of live calls: what comes over a WebSocket becomes a line of the service, and back.

Codecs here are pure; routes stand in `web.api`.
"""
