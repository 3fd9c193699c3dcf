"""A stand-in of Zoho CRM for a machine without an account: a real HTTP server on loopback.

It is judged by clients that nobody here wrote; what it does follows Zoho's documentation of version 8 of its REST API.
"""
