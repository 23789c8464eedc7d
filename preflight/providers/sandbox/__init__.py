"""Local stand-ins for the providers: they behave as documented, remember, and fail on request.

`preflight.providers.sandbox.server.Sandbox` starts them; nothing here is imported before that.
"""
