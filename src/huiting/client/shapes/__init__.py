"""What a server answers, as frozen dataclasses; tests compare them with its OpenAPI document."""
