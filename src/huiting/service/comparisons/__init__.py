"""Engines compared on calls: asked for, heard by a job, shown to who may see the calls."""
