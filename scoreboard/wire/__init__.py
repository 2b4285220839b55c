"""The server around the application: uvicorn with walls of our own, and a way to write one frame to everybody."""
