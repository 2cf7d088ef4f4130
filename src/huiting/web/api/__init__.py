"""The resources of the API, one a module; `server.build` takes each that has a `router`."""
