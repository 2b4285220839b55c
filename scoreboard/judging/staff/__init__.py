"""Who works at the console: their accounts, their sessions and second factors, and their roles at each event."""
