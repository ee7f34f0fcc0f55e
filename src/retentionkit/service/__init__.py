"""Service as customers meet it: waits, promises kept, contacts in time, complaints."""

__all__: list[str] = []
