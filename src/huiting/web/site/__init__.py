"""The pages: what people see in a browser. They translate what the services answer, as `api` does.

A page is a module of `pages` with a `router`, and its templates; adding one is adding these.
"""
