"""One module a page or a family of pages, each with a `router`; found by themselves."""
