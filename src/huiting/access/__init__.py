"""Who may do what: roles, permissions, passwords, tokens, what of the calls somebody sees.

Pure: knows no database and no HTTP. The store keeps users, the web asks here.
"""
